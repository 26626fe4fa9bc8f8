import { type AppError, appError } from '../errors.ts'
import { fold } from '../query/sort-key.ts'
import type { RowValues } from './rows.ts'
import type { ImportEntity } from './synonyms.ts'

/** Fields by which rows can be told to be there already. */
export const DEDUPE_FIELDS: Readonly<Record<ImportEntity, readonly string[]>> = {
  accounts: ['external_id', 'company'],
  contacts: ['email', 'name'],
  tasks: ['title'],
}

/** What is wrong with the fields to dedupe by, or null. */
export const dedupeProblem = (entity: ImportEntity, fields: readonly string[]): AppError | null => {
  const unknown = fields.find((field) => !DEDUPE_FIELDS[entity].includes(field))
  return unknown === undefined
    ? null
    : appError(
        'invalid_input',
        `${entity} can be compared by ${DEDUPE_FIELDS[entity].join(' or ')}, not by "${unknown}"`,
        { field: unknown },
      )
}

/** What two rows share when they mean one record by a field: case and accents do not count; null where it is empty. */
export const dedupeKey = (values: RowValues, field: string): string | null => {
  const value = values[field]
  return typeof value === 'string' && value !== '' ? `${field}\u001f${fold(value)}` : null
}
