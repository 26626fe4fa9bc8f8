import { expect, test } from 'vitest'
import { compareCodePoints, fold, sortKey } from '../../../core/query/sort-key.ts'

const sorted = (texts: string[]) => texts.toSorted((a, b) => compareCodePoints(sortKey(a), sortKey(b)))

test('case and accents are folded', () => {
  expect(fold('ÉCOLE Ångström')).toBe('ecole angstrom')
})

test('digits sort by value', () => {
  expect(sorted(['Unit 10', 'Unit 9', 'Unit 009', 'Unit 100'])).toEqual(['Unit 9', 'Unit 009', 'Unit 10', 'Unit 100'])
})

test('code points above U+FFFF sort after those below', () => {
  expect(compareCodePoints('\uffee', '😀')).toBeLessThan(0)
  expect('\uffee' < '😀').toBe(false)
})

test('a prefix sorts first', () => {
  expect(sorted(['abc', 'ab', ''])).toEqual(['', 'ab', 'abc'])
})
