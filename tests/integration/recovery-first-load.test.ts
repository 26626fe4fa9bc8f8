import { afterEach, expect, test } from 'vitest'
import { uuidv7 } from '../../core/id.ts'
import { columnsOf } from '../../core/model/entities.ts'
import { seededRandom } from '../../core/random.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { idKey } from '../../db/sqlite/row-map.ts'
import { OUTBOX_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { LocalReplica } from '../../workers/sync/local-replica.ts'
import { Outbox } from '../../workers/sync/outbox.ts'
import { openReplicaBench, type ReplicaBench, SNAPSHOT_END, snapshotRow, UP_TO_DATE } from '../support/replica.ts'

const ROWS_A_BODY = 500
const BODIES = 6

let bench: ReplicaBench | null = null
afterEach(() => {
  bench?.close()
  bench = null
})

const random = seededRandom(7)
const ids = Array.from({ length: ROWS_A_BODY * BODIES }, (_, at) => uuidv7(1_700_000_000_000 + at, random))

const body = (n: number, last: readonly object[] = []): Uint8Array<ArrayBuffer> => {
  const rows = ids.slice(n * ROWS_A_BODY, (n + 1) * ROWS_A_BODY).map((id) => {
    const values = Object.fromEntries(columnsOf('accounts').map((column) => [column, null]))
    return snapshotRow({ ...values, id, version: '1', company: `Company ${id}`, type: 'customer', status: 'lead' })
  })
  return Uint8Array.from(Buffer.from(JSON.stringify([...rows, ...last])))
}

const apply = (made: ReplicaBench, local: LocalReplica | null, n: number, last: readonly object[] = []): void => {
  const at = { handle: 'h', offset: `0_${n}`, upToDate: false }
  const applied = made.writer.applyBody('main', body(n, last), at)
  local?.applied('accounts', applied)
}

const openLocal = (made: ReplicaBench): LocalReplica =>
  new LocalReplica(openDatabase({ path: made.db.name, key: 'cd'.repeat(32), durability: 'normal', readonly: true }))

test('R-11 while a first load runs every record that is here is found by its place, after a restart in the middle too', () => {
  bench = openReplicaBench('accounts')
  const before = openLocal(bench)
  before.prepare()
  for (let n = 0; n < 3; n++) apply(bench, before, n)
  const resumed = openLocal(bench)
  resumed.prepare()
  for (let n = 3; n < BODIES - 1; n++)
    for (const local of [before, resumed]) {
      if (local === before) apply(bench, before, n)
      else resumed.applied('accounts', placedOf(bench, n))
    }
  const here = ids.slice(0, ROWS_A_BODY * (BODIES - 1))
  for (const local of [before, resumed]) {
    for (const id of here) expect(local.row('accounts', id)?.['company']).toBe(`Company ${id}`)
    expect(local.row('accounts', ids.at(-1) ?? '')).toBe(null)
    expect(local.unindexed('accounts', here[1_234] ?? '')?.found?.rowid).toBe(1_235)
  }
  expect(bench.reads.shape('accounts')?.indexed).toBe(false)
  const plan = bench.db.prepare('explain query plan select * from accounts where rowid = ? and id = ?').all(1, 'x')
  expect(JSON.stringify(plan)).toContain('USING INTEGER PRIMARY KEY')

  apply(bench, before, BODIES - 1, [SNAPSHOT_END])
  expect(bench.reads.shape('accounts')?.indexed).toBe(true)
  expect(before.unindexed('accounts', ids[0] ?? '')).toBe(null)
  for (const id of [ids[0], ids.at(-1)]) expect(before.row('accounts', id ?? '')).not.toBe(null)
})

/** The notice of a body that is in the table already, as a second listener hears it. */
const placedOf = (made: ReplicaBench, n: number): Parameters<LocalReplica['applied']>[1] => {
  const state = made.reads.shape('accounts')
  const first = n * ROWS_A_BODY
  const all = openLocal(made)
  const rowid = all.unindexed('accounts', ids[first] ?? '')?.found?.rowid ?? 0
  const keys = Uint32Array.from(ids.slice(first, first + ROWS_A_BODY), idKey)
  if (!state) throw new Error('no shape')
  return { state, changed: [], appended: ROWS_A_BODY, placed: { firstRowid: rowid, keys }, swapped: 'no' }
}

test('R-11 an edit made in the middle of a first load starts from the row that is here', () => {
  bench = openReplicaBench('accounts')
  const local = openLocal(bench)
  local.prepare()
  apply(bench, local, 0)
  apply(bench, local, 1, [])
  const db = openDatabase({ path: `${bench.dir}/outbox.db`, key: 'cd'.repeat(32), durability: 'full' })
  migrate(db, OUTBOX_MIGRATIONS)
  const outbox = new Outbox({
    db,
    rows: local,
    clock: { now: () => 1, after: () => () => {} },
    random,
    onChange: () => {},
  })
  const [id = ''] = ids.slice(700)
  outbox.submit([{ op: 'patch', entity: 'accounts', record_id: id, values: { city: 'Here' }, base: { city: null } }], {
    grouped: false,
  })
  expect(outbox.memory.shown('accounts', id)).toMatchObject({ mark: 'pending', row: { city: 'Here' } })
  expect([...outbox.memory.all()][0]?.base?.['company']).toBe(`Company ${id}`)
  expect(() =>
    outbox.submit([{ op: 'delete', entity: 'accounts', record_id: ids.at(-1) ?? '' }], { grouped: false }),
  ).toThrow(expect.objectContaining({ error: expect.objectContaining({ code: 'not_found' }) }))
  bench.writer.apply('main', [UP_TO_DATE], { handle: 'h', offset: '0_inf', upToDate: true })
  db.close()
})
