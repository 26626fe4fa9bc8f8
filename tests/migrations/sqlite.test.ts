import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Db, openDatabase } from '../../db/sqlite/connection.ts'
import { type Migration, migrate, schemaVersion } from '../../db/sqlite/migrate.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import { OUTBOX_MIGRATIONS, REPLICA_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { prepareReplica } from '../../workers/sync/replica-file.ts'
import { openReplicaBench } from '../support/replica.ts'

const KEY = 'ab'.repeat(32)
let dir: string
const open: Db[] = []

const file = (name: string, key = KEY): Db => {
  const db = openDatabase({ path: path.join(dir, name), key, durability: 'full' })
  open.push(db)
  return db
}

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'outpost-migrations-'))
})
afterEach(() => {
  for (const db of open.splice(0)) db.close()
  rmSync(dir, { recursive: true, force: true })
})

const ALL: readonly (readonly [string, readonly Migration[]])[] = [
  ['outbox', OUTBOX_MIGRATIONS],
  ['replica', REPLICA_MIGRATIONS],
]

for (const [name, migrations] of ALL) {
  test(`${name}: versions rise by one, each step is applied once, from every earlier version`, () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, at) => at + 1))
    for (let from = 0; from <= migrations.length; from++) {
      const db = file(`${name}-${from}.db`)
      migrate(db, migrations.slice(0, from))
      expect(migrate(db, migrations)).toEqual(migrations.slice(from).map(({ version }) => version))
      expect(migrate(db, migrations)).toEqual([])
      expect(schemaVersion(db)).toBe(migrations.length)
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    }
  })

  test(`${name}: a file from a newer build is a named error and stays as it is`, () => {
    const db = file(`${name}.db`)
    migrate(db, migrations)
    db.pragma('user_version = 99')
    expect(() => migrate(db, migrations)).toThrow(
      expect.objectContaining({ error: expect.objectContaining({ code: 'database_from_future' }) }),
    )
    expect(schemaVersion(db)).toBe(99)
  })
}

test('a step that fails leaves the version and the schema before it', () => {
  const db = file('failing.db')
  const failing: Migration = {
    version: 2,
    name: 'fails',
    up: (on) => {
      on.exec('create table half (a)')
      throw new Error('power cut')
    },
  }
  migrate(db, REPLICA_MIGRATIONS)
  expect(() => migrate(db, [...REPLICA_MIGRATIONS, failing])).toThrow('power cut')
  expect(schemaVersion(db)).toBe(1)
  expect(db.prepare(`select 1 from sqlite_master where name = 'half'`).get()).toBe(undefined)
})

test('L-3 files are encrypted, journal and temporary data included, and a wrong key changes nothing', () => {
  const db = file('secret.db')
  migrate(db, OUTBOX_MIGRATIONS)
  db.prepare('insert into settings values (?, ?)').run('k', 'plain words')
  expect(['journal_mode', 'synchronous', 'temp_store'].map((name) => db.pragma(name, { simple: true }))).toEqual([
    'wal',
    2,
    2,
  ])
  expect(() => file('secret.db', 'cd'.repeat(32))).toThrow(
    expect.objectContaining({ error: expect.objectContaining({ code: 'key_missing' }) }),
  )
  expect(db.prepare('select value from settings').get()).toEqual({ value: 'plain words' })
  expect(db.prepare('pragma cipher').get()).toEqual({ aegis: 'aegis' })
})

test('L-2 a replica that cannot be used is set aside under another name, and a new one begins', () => {
  const at = path.join(dir, 'replica.db')
  expect(prepareReplica(at, KEY, 1)).toBe(null)
  expect(prepareReplica(at, 'cd'.repeat(32), 2)).toBe('key_missing')
  const future = openDatabase({ path: at, key: 'cd'.repeat(32), durability: 'normal' })
  future.pragma('user_version = 99')
  future.close()
  expect(prepareReplica(at, 'cd'.repeat(32), 3)).toBe('database_from_future')
  const strange = openDatabase({ path: at, key: 'cd'.repeat(32), durability: 'normal' })
  strange.exec('create table accounts (id text, unknown text)')
  strange.close()
  expect(prepareReplica(at, 'cd'.repeat(32), 4)).toBe('database_from_future')
  writeFileSync(at, 'not a database at all, and longer than a header would be: '.repeat(20))
  expect(prepareReplica(at, KEY, 5)).toBe('key_missing')
  expect(prepareReplica(at, KEY, 6)).toBe(null)
  // Only the last one is kept: everything in a replica can be fetched again.
  expect(readdirSync(dir).filter((name) => /aside-\d$/.test(name))).toEqual(['replica.db.aside-5'])
})

test('hot statements of the replica use their indexes', () => {
  const bench = openReplicaBench('contacts', path.join(dir))
  bench.writer.apply('main', [{ headers: { control: 'snapshot-end' } }], { handle: 'h', offset: '0_0', upToDate: true })
  const plan = (sql: string) =>
    bench.db
      .prepare<[], { detail: string }>(`explain query plan ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join()
  expect(plan(`select * from contacts where id = 'x'`)).toContain('USING INDEX contacts_id')
  expect(plan(`select * from contacts where account_id = 'x'`)).toContain('USING INDEX contacts_account_id')
  expect(plan('select rowid, name from contacts where rowid > 5 order by rowid limit 10')).toContain(
    'INTEGER PRIMARY KEY',
  )
  expect(plan(`select count(*) from changes where seq > 5`)).toContain('INTEGER PRIMARY KEY')
  expect(new ReplicaReads(bench.db).fitsModel()).toBe(true)
  bench.db.close()
})

test('hot statements of the outbox use their indexes', () => {
  const db = file('plans.db')
  migrate(db, OUTBOX_MIGRATIONS)
  const plan = (sql: string) =>
    db
      .prepare<[], { detail: string }>(`explain query plan ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join()
  expect(
    plan(`select id from edits where state in ('queued', 'sending', 'accepted', 'refused') order by pos, seq`),
  ).toContain('edits_open')
  expect(plan(`select id from edits where id = 'x'`)).toContain('sqlite_autoindex_edits_1')
  expect(plan(`select id from edits where group_id = 'x' order by seq`)).toContain('edits_group')
  expect(plan('delete from edits where finished_at < 5')).toContain('edits_finished')
})
