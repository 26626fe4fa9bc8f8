import type { FieldKind, Value } from '../model/field.ts'
import { compareCodePoints, sortKey } from './sort-key.ts'

/** The product's text order: by sort key, then by the text itself. */
export const compareTexts = (a: string, b: string): number =>
  compareCodePoints(sortKey(a), sortKey(b)) || compareCodePoints(a, b)

/** The order of texts of one kind of field: ids by code points, everything else by `compareTexts`. */
export const textOrder = (kind: FieldKind | 'id'): ((a: string, b: string) => number) =>
  kind === 'id' || kind === 'ref' ? compareCodePoints : compareTexts

/** Orders two values of one kind of field: numbers by size, texts by `textOrder`. Neither is null. */
export const compareValues = (kind: FieldKind | 'id', a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : textOrder(kind)(String(a), String(b))

/** Orders two values in a direction; null comes last in both. */
export const compareNullable = (kind: FieldKind | 'id', a: Value, b: Value, dir: 'asc' | 'desc'): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return dir === 'asc' ? compareValues(kind, a, b) : compareValues(kind, b, a)
}
