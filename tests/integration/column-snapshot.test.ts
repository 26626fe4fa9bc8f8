import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FEED_ENTITIES, type FeedEntity } from '../../core/protocol/query-port.ts'
import { type Random, seededRandom } from '../../core/random.ts'
import type { Shown } from '../../core/sync/merge.ts'
import { ColumnsFile } from '../../db/sqlite/columns-file.ts'
import { changesEnd } from '../../db/sqlite/replica-changes.ts'
import type { RecordRef } from '../../workers/sync/outbox-memory.ts'
import { idOf, randomRow } from '../support/query/random-data.ts'
import { randomSpec } from '../support/query/random-spec.ts'
import { SnapshotClient, SnapshotReplica } from '../support/query/snapshot-client.ts'

const SEED = Number(process.env['OUTPOST_FUZZ_SEED'] ?? Date.now() % 1_000_000)
const SIZES: Readonly<Record<FeedEntity, number>> = { accounts: 60, contacts: 120, tasks: 60, meetings: 30 }
const KEY = 'cd'.repeat(32)

let dir: string
let replica: SnapshotReplica
let random: Random
let overlays: Map<string, RecordRef & Shown>

const open = async (useSnapshots = true, layout?: string): Promise<SnapshotClient> => {
  const client = new SnapshotClient(replica, overlays, useSnapshots, layout)
  await client.quiet()
  return client
}

/** Random rows of every entity, some new, some changed, some gone. */
const change = (share: number): RecordRef[] =>
  FEED_ENTITIES.flatMap((entity) => {
    const rows = Array.from({ length: SIZES[entity] }, (_, n) => n)
      .filter(() => random() < share)
      .map((n) => ({ ...randomRow(random, entity, n, SIZES.accounts), version: changesEnd(replica.db).seq + 1_000 }))
    const removes = Array.from({ length: SIZES[entity] }, (_, n) => idOf(entity, n)).filter(
      (id) => random() < share * 0.1 && !rows.some((row) => row.id === id),
    )
    return [...replica.change(entity, rows, removes)]
  })

const overlay = (entity: FeedEntity, n: number, shown: Partial<Shown>): void => {
  const row = { ...randomRow(random, entity, n, SIZES.accounts), id: idOf(entity, n), version: 1 }
  overlays.set(`${entity} ${row.id}`, { entity, id: row.id, row, mark: 'pending', ...shown })
}

/** The client answers as one that was fed rows alone. */
const expectSame = async (client: SnapshotClient): Promise<void> => {
  const fresh = await open(false)
  for (let n = 0; n < 60; n++) {
    const spec = randomSpec(random)
    expect(await client.answer(spec), JSON.stringify(spec)).toEqual(await fresh.answer(spec))
  }
}

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'outpost-columns-'))
  replica = new SnapshotReplica(dir)
  random = seededRandom(SEED)
  overlays = new Map()
  change(1)
})
afterEach(() => {
  replica.db.close()
  rmSync(dir, { recursive: true, force: true })
})

const saved = async (): Promise<void> => {
  const first = await open()
  expect(first.loadedFrom()).toBe('rows')
  await first.save()
  expect(first.fromWorker.at(-1)).toBe('snapshot-end')
  expect(first.columns.head()).not.toBe(null)
  first.columns.close()
}

test(`L-11 a worker begun from the snapshot answers as one begun from rows (OUTPOST_FUZZ_SEED=${SEED})`, async () => {
  await saved()
  const second = await open()
  expect(second.loadedFrom()).toBe('snapshot')
  await expectSame(second)
})

test('L-13 a snapshot is taken once the usual sorts are there, and holds them', async () => {
  await saved()
  const file = new ColumnsFile(path.join(dir, 'columns.db'), KEY)
  for (const section of ['accounts.order-4', 'contacts.order-0', 'tasks.order-0'])
    expect(file.head()).toContain(section)
  file.close()
})

test('L-14 a clean stop stores the columns at once, and waits no longer than it may', async () => {
  const first = await open()
  first.look()
  await first.stop(true)
  expect(first.columns.head()).toBe(null)
  first.columns.close()
  const second = await open()
  await second.stop()
  expect(second.columns.head()).not.toBe(null)
  second.columns.close()
  const third = await open()
  expect(third.loadedFrom()).toBe('snapshot')
  await third.stop()
  expect(third.fromWorker).not.toContain('snapshot-piece')
  await expectSame(third)
})

test('L-11 what changed since the snapshot is told after it, and what changes while it is told', async () => {
  await saved()
  change(0.3)
  const second = new SnapshotClient(replica, overlays, true)
  second.feed.changed(change(0.3))
  await second.quiet()
  second.feed.changed(change(0.2))
  await second.quiet()
  expect(second.loadedFrom()).toBe('snapshot')
  await expectSame(second)
})

test('L-11 records with edits: those of the snapshot, their end, new ones, and children hidden with their account', async () => {
  overlay('accounts', 3, {})
  overlay('contacts', 1_000, {})
  overlay('accounts', 5, { row: null })
  await saved()
  overlays.clear()
  const afterwards = await open()
  expect(afterwards.loadedFrom()).toBe('snapshot')
  await expectSame(afterwards)
  overlay('accounts', 4, { mark: 'refused' })
  overlay('tasks', 1_001, {})
  overlay('accounts', 7, { row: null })
  const next = await open()
  expect(next.loadedFrom()).toBe('snapshot')
  await expectSame(next)
})

test('L-13 changes that a snapshot holds are forgotten', async () => {
  expect(replica.db.prepare('select count(*) from changes').pluck().get()).toBeGreaterThan(200)
  await saved()
  expect(replica.db.prepare('select count(*) from changes').pluck().get()).toBe(0)
})

const wrong: readonly (readonly [string, () => void, string?])[] = [
  ['another layout', () => {}, '1-other'],
  ['rows that went unnoted', () => replica.wipe('tasks')],
  [
    'changes that are not known any more',
    () => {
      change(0.5)
      replica.forget(changesEnd(replica.db).seq - 3)
    },
  ],
  ['a replica that lost its last commits', () => void replica.db.prepare(`update sqlite_sequence set seq = 1`).run()],
]
for (const [what, spoil, layout] of wrong)
  test(`L-12 thrown away: ${what}`, async () => {
    await saved()
    spoil()
    const next = await open(true, layout)
    expect(next.loadedFrom()).toBe('rows')
    expect(next.toWorker).not.toContain('snapshot')
    expect(next.columns.head()).toBe(null)
    await expectSame(next)
  })

test('L-12 a damaged piece: the worker refuses it, begins anew from rows, and the file goes', async () => {
  await saved()
  const file = new ColumnsFile(path.join(dir, 'columns.db'), KEY)
  const head = file.head() ?? ''
  const bytes = file.piece(0)
  bytes[4_000] = (bytes[4_000] ?? 0) ^ 1
  file.begin()
  file.append(bytes)
  file.finish(head)
  file.close()
  const next = await open()
  expect(next.fromWorker).toContain('refuse-snapshot')
  expect(next.loadedFrom()).toBe('rows')
  expect(next.columns.head()).toBe(null)
  await expectSame(next)
})

test('L-12 a missing piece, and a file that is none', async () => {
  await saved()
  const file = new ColumnsFile(path.join(dir, 'columns.db'), KEY)
  const head = file.head() ?? ''
  file.begin()
  file.finish(head)
  file.close()
  const next = await open()
  expect(next.loadedFrom()).toBe('rows')
  await expectSame(next)
  next.columns.drop()
  writeFileSync(path.join(dir, 'columns.db'), 'nothing of the kind')
  const another = await open()
  expect(another.loadedFrom()).toBe('rows')
  await expectSame(another)
})

test('L-13 ended in the middle of a write: the snapshot before counts, and the rest goes', async () => {
  await saved()
  const file = new ColumnsFile(path.join(dir, 'columns.db'), KEY)
  file.begin()
  file.append(new Uint8Array(100_000))
  file.close()
  change(0.2)
  const next = await open()
  expect(next.loadedFrom()).toBe('snapshot')
  await expectSame(next)
})

test('L-13 killed in the middle of a write: the snapshot before counts', async () => {
  await saved()
  const module = pathToFileURL(path.resolve(import.meta.dirname, '../../db/sqlite/columns-file.ts')).href
  const script = `
    const { ColumnsFile } = await import('${module}')
    const file = new ColumnsFile('${path.join(dir, 'columns.db')}', '${KEY}')
    file.begin()
    for (let n = 0; ; n++) {
      file.append(new Uint8Array(1_000_000).fill(n))
      process.stdout.write('.')
    }`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = await open()
  expect(next.loadedFrom()).toBe('snapshot')
  await expectSame(next)
})

test('L-13 a commit while a snapshot is sent ends it; the next look stores a new one', async () => {
  const client = await open()
  client.look()
  await client.quiet()
  client.look()
  client.feed.changed(change(0.1))
  await client.quiet()
  await client.save()
  await client.save()
  expect(client.columns.head()).not.toBe(null)
  client.columns.close()
  const next = await open()
  expect(next.loadedFrom()).toBe('snapshot')
  await expectSame(next)
})

test('no text of a row stands in the file', async () => {
  await saved()
  const bytes = readFileSync(path.join(dir, 'columns.db'))
  expect(bytes.includes('Rocket')).toBe(false)
})
