import { OutpostError } from '../errors.ts'
import type { Value } from '../model/field.ts'
import { type QueryField, queryField } from './fields.ts'
import { resolveDay } from './relative-day.ts'
import type { Condition, ListEntity, ListSpec, Op, WhereItem } from './spec.ts'

/** A condition whose field exists and whose values fit it: days as day numbers, everything else in row form. */
export interface ResolvedCondition {
  readonly field: QueryField
  readonly op: Op
  /** `in`: any number; `between`: low and high; `isnull`: 1 or 0; otherwise one. */
  readonly values: readonly Value[]
}

/** AND of groups, each an OR of conditions. */
export type ResolvedWhere = readonly (readonly ResolvedCondition[])[]

const refuse = (message: string, field: string): never => {
  throw new OutpostError('invalid_request', message, { field })
}

/** A query's field by name. Throws `invalid_request` where the entity's lists have none of that name. */
export const requireField = (entity: ListEntity, name: string): QueryField =>
  queryField(entity, name) ?? refuse(`"${name}" is not a field of this list`, name)

const isNumeric = (field: QueryField): boolean =>
  field.kind === 'money' || field.kind === 'int' || field.kind === 'instant' || field.kind === 'bool'

const resolveValue = (field: QueryField, value: unknown, today: number): Value => {
  if (value === null) return null
  if (field.kind === 'day') {
    const day = typeof value === 'string' ? resolveDay(value, today) : null
    return day ?? refuse(`"${field.name}" needs a day like 2026-01-31 or today+7`, field.name)
  }
  if (isNumeric(field)) return typeof value === 'number' ? value : refuse(`"${field.name}" needs a number`, field.name)
  return typeof value === 'string' ? value : refuse(`"${field.name}" needs text`, field.name)
}

/**
 * Checks a condition and resolves its relative days.
 *
 * @param today the user's calendar day, days since 1970-01-01
 * @throws `invalid_request` naming the field
 */
export const resolveCondition = (entity: ListEntity, condition: Condition, today: number): ResolvedCondition => {
  const field = requireField(entity, condition.field)
  const { op, value } = condition
  const one = (item: unknown): Value => resolveValue(field, item, today)
  switch (op) {
    case 'isnull':
      if (typeof value !== 'boolean') return refuse(`isnull of "${field.name}" takes true or false`, field.name)
      return { field, op, values: [value ? 1 : 0] }
    case 'in':
      if (!Array.isArray(value)) return refuse(`in of "${field.name}" takes a list`, field.name)
      return { field, op, values: value.map(one) }
    case 'between':
      if (!Array.isArray(value) || value.length !== 2 || value.includes(null))
        return refuse(`between of "${field.name}" takes a low and a high value`, field.name)
      return { field, op, values: value.map(one) }
    case 'contains':
      if (isNumeric(field) || field.kind === 'day' || typeof value !== 'string')
        return refuse(`contains of "${field.name}" takes text`, field.name)
      return { field, op, values: [value.toWellFormed()] }
    case 'eq':
    case 'ne':
      return { field, op, values: [one(value)] }
    default:
      if (value === null) return refuse(`${op} of "${field.name}" takes a value`, field.name)
      return { field, op, values: [one(value)] }
  }
}

/** The conditions of a where item: the alternatives of an `or`, or the one condition. */
export const alternativesOf = (item: WhereItem): readonly Condition[] => ('or' in item ? item.or : [item])

/** Resolves a whole where clause; throws as `resolveCondition`. */
export const resolveWhere = (spec: ListSpec, today: number): ResolvedWhere =>
  spec.where.map((item) => alternativesOf(item).map((condition) => resolveCondition(spec.entity, condition, today)))

/** Does this group filter by this field alone? Facets of the field leave it out. */
export const isOnlyAbout = (group: readonly ResolvedCondition[], fieldName: string): boolean =>
  group.every((condition) => condition.field.name === fieldName)
