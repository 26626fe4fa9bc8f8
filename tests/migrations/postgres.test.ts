import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '../../db/postgres/migrate.ts'
import { loadDemo } from '../../server/demo/load.ts'
import { type TestDatabase, type TestPostgres, withPostgres } from '../support/postgres.ts'

const FILES = readdirSync(new URL('../../db/postgres/migrations/', import.meta.url)).sort()
const NAMES = FILES.map((file) => file.replace(/\.sql$/, ''))

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await withPostgres()
})
afterAll(() => postgres.stop())

/** Everything that makes up a schema, as text. */
const schemaOf = async (db: TestDatabase): Promise<string[]> => {
  const rows = await db.query<{ line: string }>(`
    select format('%s.%s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull) as line from pg_attribute a
      join pg_class c on c.oid = attrelid where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'i') and attnum > 0 and not attisdropped
    union all select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'public'::regnamespace
    union all select pg_get_indexdef(indexrelid) from pg_index join pg_class c on c.oid = indexrelid where c.relnamespace = 'public'::regnamespace
    union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select pg_get_functiondef(oid) from pg_proc where pronamespace in ('app'::regnamespace, 'public'::regnamespace)
    union all select format('%s %s %s %s %s', polrelid::regclass, polname, polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from pg_policy
    union all select format('%s %s', oid::regclass, relacl) from pg_class where relnamespace = 'public'::regnamespace
    order by 1`)
  return rows.map(({ line }) => line)
}

describe('migrations', () => {
  test('are numbered without gaps and named by what they do', () => {
    for (const [index, file] of FILES.entries())
      expect(file).toMatch(new RegExp(`^${String(index + 1).padStart(4, '0')}_[a-z-]+\\.sql$`))
  })

  test('run once, in order', async () => {
    const db = await postgres.createDatabase()
    expect(await migrate(db.url)).toEqual(NAMES)
    expect(await migrate(db.url)).toEqual([])
  })

  test('lead from every earlier state to the same schema', async () => {
    const whole = await postgres.createDatabase()
    await migrate(whole.url)
    const expected = await schemaOf(whole)
    expect(expected.length).toBeGreaterThan(200)
    for (let done = 1; done < NAMES.length; done += 1) {
      const db = await postgres.createDatabase()
      expect(await migrate(db.url, done)).toEqual(NAMES.slice(0, done))
      expect(await migrate(db.url)).toEqual(NAMES.slice(done))
      expect(await schemaOf(db)).toEqual(expected)
      await db.drop()
    }
  })

  test('wait for each other when two processes start at once, in one database and in two', async () => {
    const [one, two] = [await postgres.createDatabase(), await postgres.createDatabase()]
    const done = await Promise.all([migrate(one.url), migrate(one.url), migrate(two.url)])
    expect(done.map((names) => names.length).sort()).toEqual([0, NAMES.length, NAMES.length])
    expect(await schemaOf(one)).toEqual(await schemaOf(two))
  })

  test('of a newer program are not undone by an older one, which says so', async () => {
    const db = await postgres.createDatabase()
    await migrate(db.url)
    await db.query(`insert into schema_migrations (name, run_on) values ('9999_from-the-future', now())`)
    await expect(migrate(db.url)).rejects.toThrow(/newer version of Outpost/)
  })

  test('leave nothing behind when one fails', async () => {
    const db = await postgres.createDatabase()
    await db.query('create table accounts (id int)')
    await expect(migrate(db.url)).rejects.toThrow(/already exists/)
    expect(await db.query(`select from pg_namespace where nspname = 'app'`)).toEqual([])
  })
})

describe('query plans', () => {
  let db: TestDatabase
  let ids: { workspace: string; rep: string; account: string }

  beforeAll(async () => {
    db = await postgres.createDatabase()
    await migrate(db.url)
    const { main } = await loadDemo({ databaseUrl: db.url, seed: 1, epochMs: Date.UTC(2026, 0, 1), accounts: 5_000 })
    const rep = main.members.findLast(({ role }) => role === 'rep')?.id ?? ''
    const [row] = await db.query<{ id: string }>('select id from accounts where assigned_to = $1 limit 1', [rep])
    ids = { workspace: main.id, rep, account: row?.id ?? '' }
  })

  const planOf = async (sql: string, values: unknown[]): Promise<string> =>
    (await db.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, values)).map((row) => row['QUERY PLAN']).join('\n')

  test.each([
    [
      'accounts_shard',
      'select * from accounts where workspace_id = $1 and deleted_at is null and assigned_to = $2',
      ['workspace', 'rep'],
    ],
    [
      'contacts_shard',
      'select * from contacts where workspace_id = $1 and deleted_at is null and account_assigned_to = $2',
      ['workspace', 'rep'],
    ],
    ['contacts_account_id', 'select * from contacts where account_id = $1', ['account']],
    [
      'tasks_account_id',
      'update tasks set deleted_at = now() where account_id = $1 and deleted_at is null',
      ['account'],
    ],
    ['notes_account_id', 'select * from notes where account_id = $1', ['account']],
    ['meetings_account_id', 'select * from meetings where account_id = $1', ['account']],
    [
      'accounts_external_id',
      `select * from accounts where workspace_id = $1 and external_id = 'ERP-100001'`,
      ['workspace'],
    ],
    ['audit_log_record', 'select * from audit_log where record_id = $1 order by id desc limit 500', ['account']],
  ] as const)('use %s', async (index, sql, names) => {
    expect(
      await planOf(
        sql,
        names.map((name) => ids[name]),
      ),
    ).toContain(index)
  })

  test('of a rep under row-level security read the shard, not the table', async () => {
    const client = await db.pool.connect()
    await client.query('begin; set local role outpost_app')
    await client.query(
      `select set_config('app.workspace_id', $1, true), set_config('app.user_id', user_id, true) from workspace_members where id = $2`,
      [ids.workspace, ids.rep],
    )
    const { rows } = await client.query(
      'explain select count(*) from accounts where workspace_id = $1 and deleted_at is null and assigned_to = $2',
      [ids.workspace, ids.rep],
    )
    await client.query('rollback')
    client.release()
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index.* on accounts/)
  })
})
