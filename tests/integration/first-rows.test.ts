import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listColumnsOf } from '../../core/model/entities.ts'
import { FEED_ENTITIES, type FeedEntity } from '../../core/protocol/query-port.ts'
import type { WindowRow } from '../../core/protocol/query-worker.ts'
import { type ListEntity, type ListSpec, listSpec } from '../../core/query/spec.ts'
import { type Random, seededRandom } from '../../core/random.ts'
import type { Shown } from '../../core/sync/merge.ts'
import { ColumnsFile } from '../../db/sqlite/columns-file.ts'
import { FirstRows } from '../../workers/sync/first-rows.ts'
import type { RecordRef } from '../../workers/sync/outbox-memory.ts'
import { readerHandlers } from '../../workers/sync/reader-service.ts'
import { idOf, randomRow, TODAY } from '../support/query/random-data.ts'
import { randomSort, randomSpec } from '../support/query/random-spec.ts'
import { SnapshotClient, SnapshotReplica } from '../support/query/snapshot-client.ts'

const SEED = Number(process.env['OUTPOST_FUZZ_SEED'] ?? Date.now() % 1_000_000)
/** So many that a table is read in several slices. */
const SIZES: Readonly<Record<FeedEntity, number>> = { accounts: 2_500, contacts: 1_500, tasks: 1_200, meetings: 10 }
const QUERIES = 250

let dir: string
let replica: SnapshotReplica
let random: Random
let overlays: Map<string, RecordRef & Shown>
let complete: boolean
/** Steps of the look at the table that was last under way. */
let steps: number

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'outpost-first-'))
  replica = new SnapshotReplica(dir)
  random = seededRandom(SEED)
  overlays = new Map()
  complete = true
  for (const entity of FEED_ENTITIES) {
    const rows = Array.from({ length: SIZES[entity] }, (_, n) => randomRow(random, entity, n, SIZES.accounts))
    replica.change(entity, rows)
  }
})
afterEach(() => {
  replica.db.close()
  rmSync(dir, { recursive: true, force: true })
})

const hidden = (): Set<string> =>
  new Set([...overlays.values()].flatMap(({ entity, id, row }) => (entity === 'accounts' && !row ? [id] : [])))

const firstRows = (): FirstRows => {
  const reader = readerHandlers(replica.db, new ColumnsFile(path.join(dir, 'columns.db'), 'cd'.repeat(32)))
  return new FirstRows({
    step: async (request) => {
      steps = request ? 1 : steps + 1
      return reader.firstRows(request).value
    },
    serverRow: (entity, id) => reader.rows({ entity, ids: [id] }).value[0]?.row ?? null,
    overlay: (entity, id) => overlays.get(`${entity} ${id}`),
    overlaid: (entity) => [...overlays.values()].flatMap((shown) => (shown.entity === entity ? [shown.id] : [])),
    pause: async () => {},
    hiddenAccounts: hidden,
    complete: () => complete,
  })
}

/** Unsent edits: changed rows, new ones, deletes, and accounts that are hidden with their children. */
const edit = (): void => {
  for (const entity of FEED_ENTITIES)
    for (let left = 40; left > 0; left--) {
      const n = Math.floor(random() * SIZES[entity] * 1.1)
      const row = random() < 0.2 ? null : randomRow(random, entity, n, SIZES.accounts)
      const mark = random() < 0.2 ? 'refused' : 'pending'
      const id = idOf(entity, n)
      overlays.set(`${entity} ${id}`, { entity, id, row, mark })
    }
}

/** The engine's rows without the counts, which the first screen does not show. */
const withoutCounts = (entity: ListEntity, row: WindowRow): WindowRow => {
  const shown = new Set([...listColumnsOf(entity), 'account.company'])
  return { ...row, values: Object.fromEntries(Object.entries(row.values).filter(([name]) => shown.has(name))) }
}

/** Mostly lists that name own columns, as most that people save do. */
const someSpec = (): ListSpec => {
  const spec = { ...randomSpec(random), facets: [] }
  const own = (field: string): boolean => !field.startsWith('account.') && !field.endsWith('_count')
  const where = spec.where.filter((item) => ('or' in item ? item.or.every(({ field }) => own(field)) : own(item.field)))
  return { ...spec, where, search: random() < 0.1 ? spec.search : '', sort: randomSort(random, spec.entity, 'own') }
}

test(`L-16 the first rows are those of the filled columns, unsent edits and all (OUTPOST_FUZZ_SEED=${SEED})`, async () => {
  edit()
  const client = new SnapshotClient(replica, overlays, false)
  await client.quiet()
  const reads = firstRows()
  let [answered, sliced] = [0, 0]
  for (let n = 0; n < QUERIES; n++) {
    const spec = someSpec()
    const count = 1 + Math.floor(random() * 120)
    const first = await reads.read({ spec, today: TODAY, count })
    if (!first) {
      expect(spec.search.trim()).not.toBe('')
      continue
    }
    const opened = await client.service.open(spec, () => {}, count)
    client.service.close(opened.list)
    expect(first.rows, `query ${n}: ${JSON.stringify(spec)}`).toEqual(
      opened.rows.map((row) => withoutCounts(spec.entity, row)),
    )
    if (first.rows.length > 0) answered++
    if (steps > 2) sliced++
  }
  expect(answered).toBeGreaterThan(QUERIES * 0.6)
  expect(sliced).toBeGreaterThan(QUERIES * 0.2)
})

const all = (spec: Partial<ListSpec>): ListSpec => listSpec.parse({ entity: 'accounts', ...spec })

test('L-16 lists that search, count, or ask about the account wait for their columns, and those of a first load', async () => {
  const reads = firstRows()
  const ask = async (spec: ListSpec) => reads.read({ spec, today: TODAY, count: 10 })
  expect(await ask(all({ search: ' a ' }))).toBe(null)
  expect(await ask(all({ sort: [{ field: 'contacts_count', dir: 'desc' }] }))).toBe(null)
  const ofWon = { field: 'account.status', op: 'eq' as const, value: 'won' }
  expect(await ask(all({ entity: 'contacts', where: [ofWon] }))).toBe(null)
  expect((await ask(all({ search: ' ' })))?.rows).toHaveLength(10)
  await expect(ask(all({ sort: [{ field: 'nothing', dir: 'asc' }] }))).rejects.toMatchObject({
    error: { code: 'invalid_request' },
  })
  complete = false
  expect(await ask(all({}))).toBe(null)
})

test('L-16 other reads have their turn between two slices, and lists asked for at once are answered one by one', async () => {
  const reads = firstRows()
  const spec = all({ sort: [{ field: 'company', dir: 'desc' }] })
  const answers = await Promise.all([1, 2, 3].map(() => reads.read({ spec, today: TODAY, count: 64 })))
  expect(steps).toBeGreaterThan(2)
  expect(answers[1]).toEqual(answers[0])
  expect(answers[2]).toEqual(answers[0])
})

test('L-16 a row that goes while the table is read is left out', async () => {
  const reader = readerHandlers(replica.db, new ColumnsFile(path.join(dir, 'columns.db'), 'cd'.repeat(32)))
  const spec = all({})
  const request = { spec, today: TODAY, count: 20, withoutIds: [], withoutAccounts: [] }
  expect(reader.firstRows(request).value).toBe(null)
  const before = new Set(replica.db.prepare('select id from accounts where rowid < 1000').pluck().all())
  replica.change('accounts', [], [...before].map(String))
  let found = reader.firstRows(null).value
  while (!found) found = reader.firstRows(null).value
  expect(found.filter(({ id }) => before.has(id))).toEqual([])
})
