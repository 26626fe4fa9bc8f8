/**
 * `npm run gateway`: the production gateway. `npm run gateway -- --migrate` brings the database of DATABASE_URL to the newest schema
 * instead, and ends. Configuration by environment:
 *
 *   DATABASE_URL          Postgres. To migrate: the owner of the schema, who may create roles. To serve: better a login of its own that
 *                         was granted `outpost_app` and nothing else
 *   ELECTRIC_URL          Electric's origin; it must see the same database, as a role that row-level security does not confine
 *   ELECTRIC_SECRET       Electric's secret, where it has one
 *   JWT_JWKS_URL | JWT_JWKS_FILE | JWT_SECRET   the keys that tokens are checked with: exactly one of the three.
 *                         A secret means HS256; key sets mean signatures with public keys
 *   JWT_ISSUER, JWT_AUDIENCE   required of each token, where set
 *   HOST, PORT            where to listen; default 127.0.0.1:4810. TLS is the business of the proxy in front
 *   DATABASE_CONNECTIONS  default 10
 *
 * A token's `sub` is the user's id in `users`. Logs are JSON lines on stderr and hold no values of records.
 */
import pino from 'pino'
import { migrate } from '../../db/postgres/migrate.ts'
import { optionsFromEnvironment } from './environment.ts'
import { startGateway } from './start.ts'

const logger = pino({ name: 'outpost-gateway' }, pino.destination(2))

const migrateOnly = async (): Promise<void> => {
  const databaseUrl = process.env['DATABASE_URL']
  if (!databaseUrl) throw new Error('DATABASE_URL: not set')
  const done = await migrate(databaseUrl)
  logger.info({ migrations: done }, done.length === 0 ? 'the schema was up to date' : 'migrated')
}

const serve = async (): Promise<void> => {
  const gateway = await startGateway({
    ...optionsFromEnvironment(process.env),
    log: ({ level, event, ...details }) => logger[level](details, event),
  })
  logger.info({ url: gateway.url }, 'listening')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void gateway.stop())
}

try {
  await (process.argv.includes('--migrate') ? migrateOnly() : serve())
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
