import type { Value } from '../../../core/model/field.ts'
import { compareValues } from '../../../core/query/compare.ts'
import type { ResolvedCondition } from '../../../core/query/condition.ts'
import { fold } from '../../../core/query/sort-key.ts'

/** A condition as a test of one value (days as day numbers). What can be worked out once is. */
export const valueTest = ({ field: { kind }, op, values }: ResolvedCondition): ((value: Value) => boolean) => {
  const [wanted = null, high = null] = values
  const ordered =
    (passes: (order: number) => boolean) =>
    (value: Value): boolean =>
      value !== null && wanted !== null && passes(compareValues(kind, value, wanted))
  switch (op) {
    case 'isnull':
      return (value) => (value === null) === (wanted === 1)
    case 'eq':
      return (value) => value === wanted
    case 'ne':
      return (value) => value !== wanted
    case 'in': {
      const set = new Set(values)
      return (value) => set.has(value)
    }
    case 'contains': {
      const part = fold(String(wanted))
      return (value) => value !== null && fold(String(value)).includes(part)
    }
    case 'lt':
      return ordered((order) => order < 0)
    case 'le':
      return ordered((order) => order <= 0)
    case 'gt':
      return ordered((order) => order > 0)
    case 'ge':
      return ordered((order) => order >= 0)
    case 'between':
      return (value) =>
        value !== null &&
        wanted !== null &&
        high !== null &&
        compareValues(kind, value, wanted) >= 0 &&
        compareValues(kind, value, high) <= 0
  }
}

/** Whole numbers `low` … `high`, both included, that pass a condition on a number; null where it is no such range. */
export const wholeRange = ({ op, values }: ResolvedCondition): readonly [low: number, high: number] | null => {
  const [first, second] = values
  if (typeof first !== 'number') return null
  switch (op) {
    case 'eq':
      return [first, first]
    case 'lt':
      return [Number.NEGATIVE_INFINITY, Math.ceil(first) - 1]
    case 'le':
      return [Number.NEGATIVE_INFINITY, first]
    case 'gt':
      return [Math.floor(first) + 1, Number.POSITIVE_INFINITY]
    case 'ge':
      return [first, Number.POSITIVE_INFINITY]
    case 'between':
      return typeof second === 'number' ? [first, second] : null
    default:
      return null
  }
}
