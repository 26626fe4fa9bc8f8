import { dayNumber, isoDay } from '../model/convert.ts'
import type { Row, Value } from '../model/field.ts'
import { compareNullable, compareValues } from './compare.ts'
import { isOnlyAbout, type ResolvedCondition, requireField, resolveWhere } from './condition.ts'
import { CLOSED_TASK_STATUSES, type QueryField, searchFieldsOf } from './fields.ts'
import { searchWords } from './search-words.ts'
import { compareCodePoints, fold } from './sort-key.ts'
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

  const countOf = (row: Row, column: string): Value => {
    const mine = (child: Row): boolean => child['account_id'] === row.id
    if (column === 'contacts_count') return data.contacts.filter(mine).length
    if (column === 'meetings_count') return data.meetings.filter(mine).length
    return data.tasks.filter((task) => mine(task) && !CLOSED_TASK_STATUSES.includes(String(task['status']))).length
  }
  const fieldValue = (row: Row, field: QueryField): Value => {
    const holder = field.source === 'own' ? row : accounts.get(String(row['account_id']))
    if (!holder) return null
    if (field.column.endsWith('_count')) return countOf(holder, field.column)
    const value = holder[field.column] ?? null
    return field.kind === 'day' && typeof value === 'string' ? dayNumber(value) : value
  }

  const groups = resolveWhere(spec, today)
  const passes = (row: Row, skippedField: string | null): boolean =>
    groups.every(
      (group) =>
        (skippedField !== null && isOnlyAbout(group, skippedField)) ||
        group.some((condition) => matches(condition, fieldValue(row, condition.field))),
    )

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

  const sort = spec.sort.map((key) => ({ field: requireField(spec.entity, key.field), dir: key.dir }))
  const compare = (a: Row, b: Row): number => {
    for (const { field, dir } of sort) {
      const order = compareNullable(field.kind, fieldValue(a, field), fieldValue(b, field), dir)
      if (order !== 0) return order
    }
    return compareCodePoints(a.id, b.id)
  }

  const searched = data[spec.entity].filter(found)
  const ids = searched
    .filter((row) => passes(row, null))
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
