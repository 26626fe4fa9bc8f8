import { expect, test } from 'vitest'
import { idKey, RowMap } from '../../../db/sqlite/row-map.ts'

/** More than the first three tables of a map hold. */
const ROWS = 20_000
const keyOf = (rowid: number): number => idKey(`record ${rowid}`)

test('R-11 every row is found by its key, whether it came alone or in a stretch, while the map grows', () => {
  const map = new RowMap()
  for (let rowid = 1; rowid <= ROWS / 2; rowid++) map.add(rowid, keyOf(rowid))
  const rest = Uint32Array.from({ length: ROWS / 2 }, (_, at) => keyOf(ROWS / 2 + 1 + at))
  map.append(ROWS / 2 + 1, rest)
  const rowids = Array.from({ length: ROWS }, (_, at) => at + 1)
  expect(rowids.filter((rowid) => ![...map.candidates(keyOf(rowid))].includes(rowid))).toEqual([])
})

test('R-11 rows of one key are all candidates, the others are none', () => {
  const map = new RowMap()
  map.append(1, new Uint32Array(2_000).fill(7))
  map.add(2_001, 8)
  expect([...map.candidates(7)]).toHaveLength(2_000)
  expect([...map.candidates(8)]).toEqual([2_001])
  expect([...map.candidates(9)]).toEqual([])
})
