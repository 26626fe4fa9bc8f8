import type { Value } from '../model/field.ts'
import { compareCodePoints, sortKey } from './sort-key.ts'

/** The product's text order: by sort key, then by the text itself. */
export const compareTexts = (a: string, b: string): number =>
  compareCodePoints(sortKey(a), sortKey(b)) || compareCodePoints(a, b)

/** Orders two values of one column: numbers by size, text by `compareTexts`. Neither is null. */
export const compareValues = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : compareTexts(String(a), String(b))

/** Orders two values in a direction; null comes last in both. */
export const compareNullable = (a: Value, b: Value, dir: 'asc' | 'desc'): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return dir === 'asc' ? compareValues(a, b) : compareValues(b, a)
}
