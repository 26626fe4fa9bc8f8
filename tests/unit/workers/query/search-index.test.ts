import { expect, test } from 'vitest'
import { SearchIndex } from '../../../../workers/query/search/search-index.ts'
import { bitmapOf, forEachBit, setBit } from '../../../../workers/query/store/bitmap.ts'
import { TextColumn } from '../../../../workers/query/store/text-column.ts'

const ROWS = 10_000
const OWNERS = 500

/** Rows of which number n belongs to owner n mod 500 and is called "number n". */
const index = () => {
  const capacity = ROWS * 2
  const column = new TextColumn()
  column.fit(capacity)
  const owners = Int32Array.from({ length: capacity }, (_, row) => row % OWNERS)
  const alive = bitmapOf(capacity)
  const search = new SearchIndex([column], { looseRows: 0, changedOwners: OWNERS }, (row) => owners[row] as number)
  const put = (row: number): void => {
    column.set(row, `number ${row}`)
    setBit(alive, row)
    search.changed([row], capacity)
  }
  for (let row = 0; row < ROWS; row++) put(row)
  let asked = 0
  const ownersOf = (word: string): number[] => {
    const into = bitmapOf(OWNERS)
    search.markOwners(word, alive, capacity, into, (owner, visit) => {
      asked++
      for (let row = owner; row < capacity; row += OWNERS) if (owners[row] === owner) visit(row)
    })
    const found: number[] = []
    forEachBit(into, (owner) => found.push(owner))
    return found
  }
  const build = (): void => {
    while (search.upkeep(alive, capacity));
  }
  return { search, owners, put, build, upkeep: () => search.upkeep(alive, capacity), ownersOf, asked: () => asked }
}

test('owners are looked up, not asked for their words, where nothing of theirs changed', () => {
  const { build, ownersOf, asked } = index()
  build()
  expect(ownersOf('9123')).toEqual([9_123 % OWNERS])
  expect(asked()).toBe(0)
})

test('a row that arrives while a segment is built makes its owner no doubtful one in it', () => {
  const { search, put, upkeep, build, ownersOf, asked } = index()
  upkeep()
  for (let row = ROWS; row < ROWS + OWNERS; row++) {
    put(row)
    search.ownerChanged(row, -1, row % OWNERS)
  }
  build()
  expect(ownersOf('number').length).toBe(OWNERS)
  expect(asked()).toBe(0)
})

test('a row that changes hands while its segment is built leaves two owners that are asked', () => {
  const { search, owners, put, upkeep, build, ownersOf, asked } = index()
  upkeep()
  owners[7] = 8
  put(7)
  search.ownerChanged(7, 7, 8)
  build()
  expect(ownersOf('number').length).toBe(OWNERS)
  expect(asked()).toBe(2)
})
