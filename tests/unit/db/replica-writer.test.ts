import { afterEach, expect, test } from 'vitest'
import { ShapeBroken } from '../../../db/sqlite/replica-writer.ts'
import {
  change,
  openReplicaBench,
  type ReplicaBench,
  SNAPSHOT_END,
  snapshotRow,
  UP_TO_DATE,
} from '../../support/replica.ts'

let bench: ReplicaBench
afterEach(() => bench.close())

const view = (id: string, version: number, name = id) => ({
  id,
  name,
  version: String(version),
  shared: 'true',
  created_at: '2026-01-02 03:04:05.678+00',
})
const at = (offset: string, upToDate = false) => ({ handle: 'h1', offset, upToDate })
const indexes = () =>
  bench.db
    .prepare<[], { name: string }>(
      `select name from sqlite_master where type = 'index' and tbl_name = 'saved_views' and name not like 'sqlite_%'`,
    )
    .all()
    .map(({ name }) => name)

const load = (): void => {
  bench = openReplicaBench('saved_views')
  bench.writer.apply('main', [snapshotRow(view('a', 1)), snapshotRow(view('b', 5))], at('0_0'))
  bench.writer.apply('main', [snapshotRow(view('c', 1)), SNAPSHOT_END], at('0_1'))
  bench.writer.apply('main', [UP_TO_DATE], at('0_inf', true))
}

test('R-2 a body is one commit of rows, handle and offset, and values are in row form', () => {
  bench = openReplicaBench('saved_views')
  const { state, appended, changed } = bench.writer.apply('main', [snapshotRow(view('a', 1))], at('0_0'))
  expect({ appended, changed }).toEqual({ appended: 1, changed: [] })
  expect(state).toMatchObject({ handle: 'h1', offset: '0_0', received: 1, complete: false })
  expect(bench.reads.row('saved_views', 'a')).toMatchObject({
    version: 1,
    shared: 1,
    created_at: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  })
  expect(() =>
    bench.writer.apply('main', [snapshotRow(view('x', 1)), change('update', { id: 'nope', version: '2' })], at('0_1')),
  ).toThrow(ShapeBroken)
  expect(bench.reads.row('saved_views', 'x')).toBe(null)
  expect(bench.reads.shape('saved_views')).toMatchObject({ offset: '0_0' })
})

test('R-10 the indexes come after the snapshot, and a shape is complete at its first up-to-date', () => {
  bench = openReplicaBench('saved_views')
  bench.writer.apply('main', [snapshotRow(view('a', 1))], at('0_0'))
  expect(indexes()).toEqual([])
  bench.writer.apply('main', [snapshotRow(view('b', 1)), SNAPSHOT_END], at('0_1'))
  expect(indexes()).toEqual(['saved_views_id'])
  expect(bench.reads.shape('saved_views')).toMatchObject({ complete: false, indexed: true })
  bench.writer.apply('main', [UP_TO_DATE], at('0_inf', true))
  expect(bench.reads.shape('saved_views')).toMatchObject({ complete: true, offset: '0_inf' })
})

test('R-3 older and equal versions are dropped, newer ones and deletes are applied and told', () => {
  load()
  const { changed } = bench.writer.apply(
    'main',
    [
      change('update', { id: 'b', name: 'old', version: '5' }),
      change('update', { id: 'a', name: 'new', version: '2' }),
      change('insert', view('b', 4, 'older')),
      change('delete', { id: 'c' }),
      change('delete', { id: 'never' }),
    ],
    at('9_0', true),
  )
  expect(changed).toEqual(['a', 'c'])
  expect(bench.reads.row('saved_views', 'a')).toMatchObject({ name: 'new', shared: 1 })
  expect(bench.reads.row('saved_views', 'b')).toMatchObject({ name: 'b', version: 5 })
  expect(bench.reads.row('saved_views', 'c')).toBe(null)
})

test('R-4 an id twice in a snapshot, or an update without its row, breaks the shape', () => {
  bench = openReplicaBench('saved_views')
  bench.writer.apply('main', [snapshotRow(view('a', 1))], at('0_0'))
  expect(() => bench.writer.apply('main', [snapshotRow(view('a', 1)), SNAPSHOT_END], at('0_1'))).toThrow(ShapeBroken)
})

test('R-5 a reload fills its own table, survives an interruption, and is swapped in with the differences told', () => {
  load()
  bench.writer.beginNext(true)
  bench.writer.apply('next', [snapshotRow(view('a', 1)), snapshotRow(view('b', 6)), SNAPSHOT_END], {
    ...at('0_0'),
    handle: 'h2',
  })
  expect(bench.reads.all('saved_views')).toHaveLength(3)
  expect(bench.writer.state('next')).toMatchObject({ handle: 'h2', offset: '0_0' })
  const { swapped, changed, state } = bench.writer.apply('next', [change('insert', view('d', 1)), UP_TO_DATE], {
    ...at('7_0', true),
    handle: 'h2',
  })
  expect({ swapped, changed: [...changed].sort() }).toEqual({ swapped: 'listed', changed: ['b', 'c', 'd'] })
  expect(state).toMatchObject({ slot: 'main', table: 'saved_views', complete: true, handle: 'h2', offset: '7_0' })
  expect(
    bench.reads
      .all('saved_views')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['a', 'b', 'd'])
  expect(bench.writer.state('next')).toBe(null)
  bench.writer.apply('main', [change('update', { id: 'd', version: '2', name: 'after' })], at('8_0', true))
  expect(bench.reads.row('saved_views', 'd')).toMatchObject({ name: 'after' })
  bench.writer.beginNext(true)
  expect(
    bench.writer.apply('next', [SNAPSHOT_END, UP_TO_DATE], { ...at('9_0', true), handle: 'h3' }).changed,
  ).toHaveLength(3)
})
