import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'

const MIGRATIONS_DIR = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * Brings a database to the newest schema: runs every migration of `db/postgres/migrations` that it has not had, each file once, in order,
 * all in one transaction. Two processes may call it at once: the second waits.
 *
 * @param databaseUrl of a role that may create schemas, roles and tables; it becomes the owner of all of them
 * @param upTo runs only the first so many outstanding migrations (tests of upgrades)
 * @returns names of the migrations run now
 * @throws whatever Postgres says; nothing of the batch is kept then
 */
export async function migrate(databaseUrl: string, upTo = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const done = await runner({
      dbClient: client,
      dir: MIGRATIONS_DIR,
      direction: 'up',
      count: upTo,
      migrationsTable: 'schema_migrations',
      checkOrder: true,
      advisoryLockMode: 'wait',
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    })
    return done.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}
