import { type AppError, appError } from '../errors.ts'
import { ENTITIES, type EntityName } from './entities.ts'
import type { Field, Value } from './field.ts'

const ISO_DAY = /^[1-9]\d{3}-\d\d-\d\d$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const isRealDay = (value: string): boolean => {
  if (!ISO_DAY.test(value)) return false
  const time = Date.parse(`${value}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === value
}

/** What is wrong with a value for a field, in words for the user; null where nothing is. */
export const fieldProblem = (field: Field, value: Value | undefined): string | null => {
  if (value === null || value === undefined || value === '')
    return field.nullable ? null : `${field.label} must not be empty`
  switch (field.kind) {
    case 'text':
    case 'longText':
    case 'code':
      if (typeof value !== 'string') return `${field.label} must be text`
      if (field.maxLength !== undefined && value.length > field.maxLength)
        return `${field.label} must have at most ${field.maxLength} characters`
      return value.includes('\u0000') ? `${field.label} must not hold the character NUL` : null
    case 'ref':
      return typeof value === 'string' && UUID.test(value) ? null : `${field.label} must name a record`
    case 'money':
    case 'int':
    case 'instant':
      return typeof value === 'number' && Number.isSafeInteger(value) ? null : `${field.label} must be a whole number`
    case 'bool':
      return value === 0 || value === 1 ? null : `${field.label} must be yes or no`
    case 'day':
      return typeof value === 'string' && isRealDay(value) ? null : `${field.label} must be a day like 2026-01-31`
  }
}

/**
 * Checks the editable values of a create (every required field present) or of a patch (only the fields named).
 *
 * @returns null, or `invalid_input` / `unknown_field` naming the first wrong field in its context
 */
export const checkValues = (
  entity: EntityName,
  values: Readonly<Record<string, Value>>,
  mode: 'create' | 'patch',
): AppError | null => {
  const { fields } = ENTITIES[entity]
  for (const column of Object.keys(values)) {
    if (fields[column]?.editable !== true)
      return appError('unknown_field', `"${column}" is not a field that can be written`, { field: column })
  }
  for (const [column, field] of Object.entries(fields)) {
    if (!field.editable || (mode === 'patch' && !(column in values))) continue
    if (mode === 'create' && field.kind === 'bool' && !(column in values)) continue
    const problem = fieldProblem(field, values[column])
    if (problem) return appError('invalid_input', problem, { field: column })
  }
  return null
}
