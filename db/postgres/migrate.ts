import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'

const MIGRATIONS_DIR = fileURLToPath(new URL('./migrations', import.meta.url))

const MIGRATIONS_TABLE = 'schema_migrations'

/** The database had migrations that this program does not know: a newer program made it. */
export class DatabaseFromFutureError extends Error {
  override readonly name = 'DatabaseFromFutureError'
}

const refuseFuture = async (client: pg.Client): Promise<void> => {
  const table = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    MIGRATIONS_TABLE,
  ])
  if (!table.rows[0]?.found) return
  const known = new Set(readdirSync(MIGRATIONS_DIR).map((file) => file.replace(/\.sql$/, '')))
  const { rows } = await client.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE} order by name`)
  const unknown = rows.map(({ name }) => name).filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw new DatabaseFromFutureError(`The database was made by a newer version of Outpost (${unknown.join(', ')}).`)
}

/**
 * Brings a database to the newest schema: runs every migration of `db/postgres/migrations` that it has not had, each file once, in order,
 * all in one transaction. Two processes may call it at once: the second waits.
 *
 * @param databaseUrl of a role that may create schemas, roles and tables; it becomes the owner of all of them
 * @param upTo runs only the first so many outstanding migrations (tests of upgrades)
 * @returns names of the migrations run now
 * @throws DatabaseFromFutureError; whatever Postgres says, and nothing of the batch is kept then
 */
export async function migrate(databaseUrl: string, upTo = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await refuseFuture(client)
    const done = await runner({
      dbClient: client,
      dir: MIGRATIONS_DIR,
      direction: 'up',
      count: upTo,
      migrationsTable: MIGRATIONS_TABLE,
      checkOrder: true,
      advisoryLockMode: 'wait',
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    })
    return done.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}
