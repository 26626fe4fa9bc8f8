import { dayNumber } from '../model/convert.ts'
import type { Value } from '../model/field.ts'
import { compareNullable, compareValues } from './compare.ts'
import { isOnlyAbout, type ResolvedCondition, type ResolvedWhere, requireField, resolveWhere } from './condition.ts'
import type { QueryField } from './fields.ts'
import { compareCodePoints, fold } from './sort-key.ts'
import type { ListSpec, SortKey } from './spec.ts'

/** A row, or as much of it as a list's conditions and order ask for. */
export interface RowCells {
  readonly id: string
  readonly [column: string]: Value
}

/** A field's value for a row as conditions and orders read it: days as day numbers, everything else in row form. */
export type FieldValue = (row: RowCells, field: QueryField) => Value

/** Which rows a list holds, its search left out, and in which order. */
export interface RowOrder {
  readonly where: ResolvedWhere
  readonly sort: readonly { readonly field: QueryField; readonly dir: SortKey['dir'] }[]
  /** Every condition holds. `skippedField`: groups that are about that field alone are left out. */
  passes(row: RowCells, skippedField?: string): boolean
  /** By the list's sort, then by id: never 0 for two records. */
  compare(a: RowCells, b: RowCells): number
}

/** The value in a row's own column. */
export const cellValue: FieldValue = (row, field) => {
  const value = row[field.column] ?? null
  return field.kind === 'day' && typeof value === 'string' ? dayNumber(value) : value
}

/**
 * Conditions and order of a list by the letter of `spec.ts`.
 *
 * @param today the user's calendar day, days since 1970-01-01
 * @param valueIn where values come from; `cellValue` does for lists that name own columns only
 * @throws `invalid_request` naming the field that the entity's lists do not have, or that a value does not fit
 */
export const rowOrder = (spec: ListSpec, today: number, valueIn: FieldValue): RowOrder => {
  const where = resolveWhere(spec, today)
  const sort = spec.sort.map((key) => ({ field: requireField(spec.entity, key.field), dir: key.dir }))
  return {
    where,
    sort,
    passes: (row, skippedField) =>
      where.every(
        (group) =>
          (skippedField !== undefined && isOnlyAbout(group, skippedField)) ||
          group.some((condition) => matches(condition, valueIn(row, condition.field))),
      ),
    compare: (a, b) => {
      for (const { field, dir } of sort) {
        const order = compareNullable(field.kind, valueIn(a, field), valueIn(b, field), dir)
        if (order !== 0) return order
      }
      return compareCodePoints(a.id, b.id)
    },
  }
}

const matches = ({ field: { kind }, op, values }: ResolvedCondition, value: Value): boolean => {
  const [wanted = null, high = null] = values
  switch (op) {
    case 'isnull':
      return (value === null) === (wanted === 1)
    case 'eq':
      return value === wanted
    case 'ne':
      return value !== wanted
    case 'in':
      return values.includes(value)
    case 'contains':
      return value !== null && fold(String(value)).includes(fold(String(wanted)))
  }
  if (value === null || wanted === null) return false
  const order = compareValues(kind, value, wanted)
  switch (op) {
    case 'lt':
      return order < 0
    case 'le':
      return order <= 0
    case 'gt':
      return order > 0
    case 'ge':
      return order >= 0
    case 'between':
      return order >= 0 && high !== null && compareValues(kind, value, high) <= 0
  }
}
