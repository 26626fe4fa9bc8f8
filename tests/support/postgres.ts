import { rmSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { reachableDataDir } from '../../server/embedded/postgres/data-dir.ts'
import { type EmbeddedPostgres, startPostgres } from '../../server/embedded/postgres/start.ts'
import { openTempRoot } from './temp-root.ts'

export type TestDatabase = {
  readonly name: string
  readonly url: string
  readonly pool: pg.Pool
  /** Runs one statement, or several without values, and answers its rows. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>
  drop(): Promise<void>
}

export type TestPostgres = {
  readonly server: EmbeddedPostgres
  readonly url: string
  /** A new database, empty or a copy of another one (which must have no connections at that moment; 15 ms). */
  createDatabase(template?: string): Promise<TestDatabase>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export const urlOfDatabase = (serverUrl: string, name: string): string => {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** A pool whose idle connections may be cut (server stop) without ending the process. */
export function openPool(url: string, max = 10): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max })
  pool.on('error', () => {})
  return pool
}

/** A slot that a walsender still holds is let go first; a database with slots can't be dropped. */
async function dropReplicationSlots(admin: pg.Pool, database: string): Promise<void> {
  await admin.query('select pg_terminate_backend(active_pid, 5000) from pg_replication_slots where database = $1', [
    database,
  ])
  await admin.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1', [
    database,
  ])
}

/** A fast Postgres (fsync off, synchronous_commit on) in a folder of its own, gone with `stop()`. One per test file is cheap: 0.7 s. */
export async function withPostgres(settings: Readonly<Record<string, string>> = {}): Promise<TestPostgres> {
  const root = openTempRoot()
  const dataDir = reachableDataDir(path.join(root, 'data'))
  const server = await startPostgres({ dataDir, durable: false, settings })
  const admin = openPool(server.url, 2)
  const databases = new Set<TestDatabase>()
  let count = 0

  const createDatabase = async (template?: string): Promise<TestDatabase> => {
    count += 1
    const name = `test_${process.pid}_${count}`
    await admin.query(`create database "${name}"${template ? ` template "${template}" strategy file_copy` : ''}`)
    const url = urlOfDatabase(server.url, name)
    const pool = openPool(url)
    const database: TestDatabase = {
      name,
      url,
      pool,
      query: async <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) =>
        (await pool.query<Row>(sql, values)).rows,
      drop: async () => {
        if (!databases.delete(database)) return
        await pool.end()
        await dropReplicationSlots(admin, name)
        await admin.query(`drop database if exists "${name}" with (force)`)
      },
    }
    databases.add(database)
    return database
  }

  const stop = async (): Promise<void> => {
    await Promise.all([...databases].map((database) => database.pool.end()))
    await admin.end()
    await server.stop()
    for (const dir of [root, dataDir, `${dataDir}.password`, `${dataDir}.owner`]) {
      rmSync(dir, { recursive: true, force: true })
    }
  }
  return { server, url: server.url, createDatabase, stop, [Symbol.asyncDispose]: stop }
}
