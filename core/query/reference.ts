import { isoDay } from '../model/convert.ts'
import type { Row, Value } from '../model/field.ts'
import { requireField } from './condition.ts'
import { CLOSED_TASK_STATUSES, type QueryField, searchFieldsOf } from './fields.ts'
import { cellValue, type RowCells, rowOrder } from './row-order.ts'
import { searchWords } from './search-words.ts'
import { fold } from './sort-key.ts'
import type { Facets, ListSpec } from './spec.ts'

/** Plain rows in row form, by entity. Meetings need `account_id` alone. */
export interface ReferenceData {
  readonly accounts: readonly Row[]
  readonly contacts: readonly Row[]
  readonly tasks: readonly Row[]
  readonly meetings: readonly Row[]
}

export interface ReferenceAnswer {
  readonly total: number
  readonly facets: Facets
  /** Every id, in list order. */
  readonly ids: readonly string[]
}

/**
 * Answers a list query over plain rows by the letter of `spec.ts`, with no thought for speed: the oracle of the query
 * engine's tests.
 *
 * @param today the user's calendar day, days since 1970-01-01
 */
export const evaluate = (data: ReferenceData, spec: ListSpec, today: number): ReferenceAnswer => {
  const accounts = new Map(data.accounts.map((row) => [row.id, row]))

  const countOf = (row: RowCells, column: string): Value => {
    const mine = (child: Row): boolean => child['account_id'] === row.id
    if (column === 'contacts_count') return data.contacts.filter(mine).length
    if (column === 'meetings_count') return data.meetings.filter(mine).length
    return data.tasks.filter((task) => mine(task) && !CLOSED_TASK_STATUSES.includes(String(task['status']))).length
  }
  const fieldValue = (row: RowCells, field: QueryField): Value => {
    const holder = field.source === 'own' ? row : accounts.get(String(row['account_id']))
    if (!holder) return null
    return field.column.endsWith('_count') ? countOf(holder, field.column) : cellValue(holder, field)
  }
  const { passes, compare } = rowOrder(spec, today, fieldValue)

  const words = searchWords(spec.search)
  const searchFields = searchFieldsOf(spec.entity)
  const contactFields = searchFieldsOf('contacts')
  const texts = (row: Row, fields: readonly string[]): string[] =>
    fields.flatMap((field) => (row[field] === null || row[field] === undefined ? [] : [fold(String(row[field]))]))
  const found = (row: Row): boolean => {
    if (words.length === 0) return true
    const own = texts(row, searchFields)
    const ofContacts =
      spec.entity === 'accounts'
        ? data.contacts.filter((contact) => contact['account_id'] === row.id).flatMap((c) => texts(c, contactFields))
        : []
    return words.every((word) => [...own, ...ofContacts].some((text) => text.includes(word)))
  }

  const searched = data[spec.entity].filter(found)
  const ids = searched
    .filter((row) => passes(row))
    .sort(compare)
    .map((row) => row.id)
  const facets = Object.fromEntries(
    spec.facets.map((name) => {
      const field = requireField(spec.entity, name)
      const counts: Record<string, number> = {}
      for (const row of searched.filter((candidate) => passes(candidate, name))) {
        const held = fieldValue(row, field)
        const value = field.kind === 'day' && typeof held === 'number' ? isoDay(held) : String(held ?? '')
        counts[value] = (counts[value] ?? 0) + 1
      }
      return [name, counts]
    }),
  )
  return { total: ids.length, facets, ids }
}
