import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareTexts } from '../../../../core/query/compare.ts'
import { columnKey } from '../../../../workers/query/order/row-key.ts'
import { sortRows } from '../../../../workers/query/order/sort-rows.ts'
import { TextColumn } from '../../../../workers/query/store/text-column.ts'

const texts = fc.array(
  fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.constantFrom(
      'Unit 9',
      'Unit 10',
      'unit 010',
      'Ärzte',
      'arzte',
      '😀',
      '漢字',
      'ﬁn',
      'a',
      'A',
      '',
      '0',
      '00',
      '007 b',
    ),
  ),
  { minLength: 1, maxLength: 120 },
)

const columnOf = (values: readonly (string | null)[]): TextColumn => {
  const column = new TextColumn()
  column.fit(values.length)
  values.forEach((value, row) => {
    column.set(row, value)
  })
  return column
}

/** Postgres stores neither NUL nor half a surrogate pair. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '')

test('keeps every text, and orders rows as the product orders texts', () => {
  fc.assert(
    fc.property(texts, (drawn) => {
      const values = drawn.map(storable)
      const column = columnOf(values)
      values.forEach((value, row) => {
        expect(column.get(row)).toBe(value)
      })
      for (const dir of ['asc', 'desc'] as const) {
        const key = columnKey(column, dir)
        const sign = dir === 'asc' ? 1 : -1
        for (let a = 1; a < values.length; a++) {
          const wanted = Math.sign(sign * compareTexts(values[a - 1] as string, values[a] as string))
          expect(Math.sign(key.compare(a - 1, a)) + 0).toBe(wanted + 0)
        }
        const rows = Uint32Array.from(values, (_, row) => row)
        const compare = (a: number, b: number): number => key.compare(a, b) || a - b
        const digits = key.digits(rows)
        let step = digits.next()
        while (!step.done) step = digits.next()
        for (const _ of sortRows(rows, step.value, compare));
        expect([...rows]).toEqual([...rows.keys()].sort(compare))
      }
    }),
    { numRuns: 200 },
  )
})

test('a text that changes a thousand times leaves no more than its room', () => {
  const column = columnOf(Array.from({ length: 50 }, (_, row) => `company ${row}`))
  for (let round = 0; round < 1_000; round++)
    for (let row = 0; row < 50; row += 7) column.set(row, `round ${round}`.repeat(20))
  expect(column.get(0)).toBe('round 999'.repeat(20))
  expect(column.get(1)).toBe('company 1')
  expect(column.textBytes()).toBeLessThan(512 * 1024)
})

test('room is found at every share of changed texts', () => {
  for (const share of [2, 3, 4, 5, 6, 9]) {
    const rows = 4_000
    const column = columnOf(Array.from({ length: rows }, (_, row) => `a company of some length, number ${row}`))
    for (let round = 0; round < 12; round++)
      for (let row = round; row < rows; row += share) column.set(row, `round ${round} of the company number ${row}`)
    for (let row = 0; row < rows; row += 97) expect(column.get(row)).toContain(`number ${row}`)
  }
})
