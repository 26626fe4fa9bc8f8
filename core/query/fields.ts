import { fieldOf, listColumnsOf } from '../model/entities.ts'
import type { FieldKind } from '../model/field.ts'
import type { ListEntity } from './spec.ts'

/** Counts that lists of accounts hold live: children shown, and of tasks those neither done nor cancelled. */
export const ACCOUNT_COUNTS = ['contacts_count', 'open_tasks_count', 'meetings_count'] as const
export type AccountCount = (typeof ACCOUNT_COUNTS)[number]

/** Statuses that end a task; every other one, unknown codes too, leaves it open. */
export const CLOSED_TASK_STATUSES: readonly string[] = ['done', 'cancelled']

/** A field that a query may name: a column of the listed entity, or of the account that a child hangs on. */
export interface QueryField {
  readonly name: string
  readonly source: 'own' | 'account'
  readonly column: string
  readonly kind: FieldKind | 'id'
}

const kindOfColumn = (entity: ListEntity, column: string): FieldKind | 'id' | null => {
  if (column === 'id') return 'id'
  if (entity === 'accounts' && (ACCOUNT_COUNTS as readonly string[]).includes(column)) return 'int'
  return listColumnsOf(entity).includes(column) ? (fieldOf(entity, column)?.kind ?? null) : null
}

/** The field behind a name; null where the entity's lists have none of that name. */
export const queryField = (entity: ListEntity, name: string): QueryField | null => {
  const onAccount = entity !== 'accounts' && name.startsWith('account.')
  const column = onAccount ? name.slice('account.'.length) : name
  const kind = kindOfColumn(onAccount ? 'accounts' : entity, column)
  return kind && { name, source: onAccount ? 'account' : 'own', column, kind }
}

/** Fields searched in the entity's own rows. Accounts are also found by the fields of their contacts. */
export const searchFieldsOf = (entity: ListEntity): readonly string[] =>
  listColumnsOf(entity).filter((column) => fieldOf(entity, column)?.searchable === true)

const DEFAULT_FACETS: Readonly<Record<ListEntity, readonly string[]>> = {
  accounts: ['type', 'status', 'priority', 'assigned_to'],
  contacts: ['assigned_to'],
  tasks: ['status', 'assigned_to'],
}

/** The facets that a list shows unless it is told otherwise. */
export const defaultFacets = (entity: ListEntity): readonly string[] => DEFAULT_FACETS[entity]
