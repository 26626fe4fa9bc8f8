import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidv7 } from '../../core/id.ts'
import { columnsOf } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import { seededRandom } from '../../core/random.ts'
import { type Db, openDatabase } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { OUTBOX_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { Outbox } from '../../workers/sync/outbox.ts'

const EDITS = 20_000
const RECEIPTS = 5_000
const KEY = 'ab'.repeat(32)
const NOW = 1_700_000_000_000

const random = seededRandom(3)
const dir = mkdtempSync(path.join(tmpdir(), 'outpost-many-'))
const file = path.join(dir, 'outbox.db')
const ids = Array.from({ length: EDITS }, (_, at) => uuidv7(NOW + at, random))
let lookups = 0

const serverRow = (id: string): Row => {
  const empty = Object.fromEntries(columnsOf('accounts').map((column) => [column, null]))
  return { ...empty, id, version: 1, company: `Company ${id}`, type: 'customer', status: 'lead' }
}

const openOutbox = (db: Db): Outbox =>
  new Outbox({
    db,
    rows: {
      row: (_, id) => {
        lookups++
        return serverRow(id)
      },
      complete: () => true,
      childIds: () => [],
    },
    clock: { now: () => NOW, after: () => () => {} },
    random,
    onChange: () => {},
  })

/** Runs `work`; answers how many statements it ran and how many rows they read. */
const counted = <T>(work: () => T): { value: T; statements: number; rows: number } => {
  const { prepare } = Database.prototype
  let statements = 0
  let rows = 0
  Database.prototype.prepare = function (this: Database.Database, sql: string) {
    const made = prepare.call(this, sql)
    return new Proxy(made, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...params: unknown[]): unknown => {
          const answer: unknown = member.apply(target, params)
          if (name === 'run' || name === 'get' || name === 'all') statements++
          rows += Array.isArray(answer) ? answer.length : name === 'get' && answer !== undefined ? 1 : 0
          return answer
        }
      },
    })
  } as typeof prepare
  try {
    return { value: work(), statements, rows }
  } finally {
    Database.prototype.prepare = prepare
  }
}

let db: Db
beforeAll(() => {
  db = openDatabase({ path: file, key: KEY, durability: 'normal' })
  migrate(db, OUTBOX_MIGRATIONS)
  const outbox = openOutbox(db)
  for (let at = 0; at < EDITS; at += 1_000)
    outbox.submit(
      ids.slice(at, at + 1_000).map((record_id) => ({
        op: 'patch' as const,
        entity: 'accounts' as const,
        record_id,
        values: { city: 'New' },
        base: { city: null },
      })),
      { grouped: false },
    )
  db.exec(`insert into edits (pos, id, entity, record_id, body, after, state, made_at, finished_at)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${RECEIPTS})
    select i, 'receipt-' || i, 'accounts', 'r', '{}', '[]', 'settled', ${NOW}, ${NOW} from n`)
  db.close()
  db = openDatabase({ path: file, key: KEY, durability: 'full' })
}, 60_000)
afterAll(() => {
  db.close()
  rmSync(dir, { recursive: true, force: true })
})

test(`W-22 with ${EDITS} queued edits a start runs a handful of statements, merges no row and reads no receipt`, () => {
  lookups = 0
  const beganMs = performance.now()
  const start = counted(() => {
    const outbox = openOutbox(db)
    outbox.start()
    return outbox
  })
  const startMs = performance.now() - beganMs
  expect(start.statements).toBeLessThan(10)
  expect(start.rows).toBeLessThan(EDITS + 10)
  expect(lookups).toBe(0)
  const outbox = start.value
  const [first] = outbox.memory.all()
  expect(Object.getOwnPropertyDescriptor(first, 'base')?.get).toBeTypeOf('function')
  expect(outbox.memory.count('queued')).toBe(EDITS)

  const [id = ''] = ids
  expect(outbox.memory.shown('accounts', id)).toMatchObject({ mark: 'pending', row: { city: 'New' } })
  expect(lookups).toBe(1)
  const batch = counted(() => outbox.take(500))
  expect(batch.value.batch).toHaveLength(500)
  // Per edit: its state, its merged row.
  expect(batch.statements).toBeLessThan(500 * 2 + 10)
  expect(lookups).toBeLessThan(1 + 500 + 10)
  console.log(`start with ${EDITS} queued edits: ${Math.round(startMs)} ms`)
})

test('W-22 the stored merged rows are made anew slice by slice, and written only where they differ', () => {
  const outbox = openOutbox(db)
  outbox.start()
  for (const _ of outbox.rebuild(5_000));
  const [changed = '', gone = ''] = ids
  db.prepare('update shown set mark = null where id = ?').run(changed)
  db.prepare(`insert into shown values ('accounts', 'nobody', null, null)`).run()
  const again = openOutbox(db)
  const rebuilt = counted(() => {
    let slices = 0
    for (const _ of again.rebuild(1_000)) slices++
    return slices
  })
  expect(rebuilt.value).toBe(EDITS / 1_000)
  const rows = outbox.store.shown()
  expect(rows).toHaveLength(EDITS)
  expect(rows.find(({ id }) => id === changed)?.shown.mark).toBe('pending')
  expect(rows.some(({ id }) => id === 'nobody')).toBe(false)
  expect(rows.some(({ id }) => id === gone)).toBe(true)
})
