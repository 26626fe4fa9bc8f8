import { copyFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { columnsOf } from '../../../core/model/entities.ts'
import { idKey } from '../../../db/sqlite/row-map.ts'
import { openReplicaBench, type ReplicaBench, SNAPSHOT_END } from '../../support/replica.ts'

let benches: ReplicaBench[] = []
const open = (dir?: string): ReplicaBench => {
  const bench = openReplicaBench('notes', dir)
  benches.push(bench)
  return bench
}
afterEach(() => {
  for (const bench of benches) bench.close()
  benches = []
})

const ROWS = 40
const ids = Array.from({ length: ROWS }, (_, at) => `00000000-0000-7000-8000-${String(at).padStart(12, '0')}`)
const element = (id: string): object => {
  const nothing = Object.fromEntries(columnsOf('notes').map((column) => [column, null]))
  const value = { ...nothing, id, version: '1', body: `},{"key": of ${id} ä` }
  return { key: `"public"."notes"/"${id}"`, value, headers: { operation: 'insert', relation: ['public', 'notes'] } }
}
const bytesOf = (elements: readonly object[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(JSON.stringify(elements)))
const body = bytesOf([...ids.map(element), SNAPSHOT_END])

/** Where row n of the body begins. */
const startOf = (n: number): number => {
  let at = 1
  for (let row = 0; row < n; row++) at = Buffer.from(body).indexOf('},{"key":', at) + 2
  return n === 0 ? 0 : at
}
const part = (id: number, from: number, to: number) => ({
  id,
  from: startOf(from),
  bytes: body.slice(startOf(from), startOf(to)),
})
const at = (id: number) => ({ handle: 'h', offset: '0_0', upToDate: false, id })
const stored = ({ db }: ReplicaBench): unknown[] => db.prepare('select rowid as n, * from notes order by rowid').all()

test('R-14 rows taken ahead are seen with their body only, which leaves what it leaves when it is read at once', () => {
  const [whole, parts] = [open(), open()]
  const expected = whole.writer.applyBody('main', body.slice(), at(1))
  for (const [from, to] of [
    [0, 7],
    [7, 8],
    [8, 31],
  ] as const) {
    expect(parts.writer.takeAhead('main', part(5, from, to))).toBe(true)
    expect(stored(parts)).toEqual([])
    expect(parts.reads.shape('notes')).toMatchObject({ received: 0, offset: null })
  }
  expect(parts.writer.applyBody('main', body.slice(), at(5))).toEqual(expected)
  expect(stored(parts)).toEqual(stored(whole))
  expect(expected.appended).toBe(ROWS)
})

test('R-14 R-11 the places of rows taken ahead are those that they got', () => {
  const bench = open()
  const first = bytesOf(ids.slice(0, 3).map((id) => element(`f${id}`)))
  bench.writer.applyBody('main', first, at(1))
  bench.writer.takeAhead('main', part(2, 0, 10))
  const rest = body.slice(0, startOf(20) - 1)
  const all = Uint8Array.from([...rest, ']'.charCodeAt(0)])
  expect(bench.writer.applyBody('main', all, at(2)).placed).toEqual({
    firstRowid: 4,
    keys: Uint32Array.from(ids.slice(0, 20), idKey),
  })
})

test('R-14 of a body that breaks off nothing stays, whether the process goes on or dies', () => {
  const bench = open()
  bench.writer.takeAhead('main', part(1, 0, 20))
  const left = mkdtempSync(path.join(tmpdir(), 'outpost-killed-'))
  for (const file of ['replica.db', 'replica.db-wal']) copyFileSync(path.join(bench.dir, file), path.join(left, file))
  const after = open(left)
  expect(stored(after)).toEqual([])
  for (const { writer } of [after, bench]) expect(writer.applyBody('main', body.slice(), at(2)).appended).toBe(ROWS)
  expect(stored(bench)).toEqual(stored(after))
  expect(bench.db.prepare('select name from temp.sqlite_master').all()).toEqual([])
})

test('R-14 another body takes the place of one that was begun; a part that does not follow is left', () => {
  const bench = open()
  expect(bench.writer.takeAhead('main', part(1, 0, 20))).toBe(true)
  expect(bench.writer.takeAhead('main', part(2, 0, 5))).toBe(true)
  expect(bench.writer.takeAhead('main', part(1, 20, 30))).toBe(false)
  expect(bench.writer.takeAhead('main', part(2, 6, 9))).toBe(false)
  expect(bench.writer.takeAhead('main', part(2, 5, 9))).toBe(true)
  expect(bench.writer.applyBody('main', body.slice(), at(2)).appended).toBe(ROWS)
  // Its indexes are there: changes are not taken ahead.
  expect(bench.writer.takeAhead('main', part(3, 0, 5))).toBe(false)
})

test('R-14 a part that is not as Electric writes it is forgotten, with what came before it', () => {
  const bench = open()
  bench.writer.takeAhead('main', part(1, 0, 20))
  const cut = part(1, 20, 22)
  expect(bench.writer.takeAhead('main', { ...cut, bytes: cut.bytes.slice(0, -5) })).toBe(false)
  expect(bench.writer.takeAhead('main', part(1, 20, 22))).toBe(false)
  expect(bench.writer.applyBody('main', body.slice(), at(1)).appended).toBe(ROWS)
})

test('R-14 a body whose rest is read otherwise is read as a whole', () => {
  const bench = open()
  const odd = { ...element(ids[3] ?? ''), headers: { operation: 'insert', more: 'x' } }
  const elements = [...ids.slice(0, 3).map(element), odd]
  bench.writer.takeAhead('main', part(1, 0, 2))
  expect(bench.writer.applyBody('main', bytesOf(elements), at(1)).appended).toBe(4)
  expect(stored(bench)).toHaveLength(4)
})

test('R-14 L-4 an emptied replica keeps nothing that was taken ahead', () => {
  const bench = open()
  bench.writer.takeAhead('main', part(1, 0, 20))
  bench.writer.wipe()
  expect(bench.db.prepare('select name from temp.sqlite_master').all()).toEqual([])
})
