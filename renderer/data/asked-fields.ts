import { type EntityName, fieldOf, listColumnsOf } from '../../core/model/entities.ts'
import { type AccountCount, queryField } from '../../core/query/fields.ts'
import type { ListEntity } from '../../core/query/spec.ts'

/** A field that a list can be narrowed by, and whose column it is. */
export interface AskedField {
  /** Its name in a query: `deal_value`, or `account.deal_value` on a list of an account's children. */
  readonly name: string
  readonly owner: EntityName
  readonly column: string
  readonly label: string
  readonly kind: NonNullable<ReturnType<typeof queryField>>['kind']
}

const ON_ACCOUNT = 'account.'
const INTERNAL: readonly string[] = ['id', 'version', 'account_id', 'account_assigned_to']
const COUNT_LABELS: Readonly<Record<AccountCount, string>> = {
  contacts_count: 'Number of contacts',
  open_tasks_count: 'Number of open tasks',
  meetings_count: 'Number of meetings',
}

const countLabel = (column: string): string | undefined =>
  Object.entries(COUNT_LABELS).find(([it]) => it === column)?.[1]

/** The field behind a name of a query; null where lists of the entity have none. */
export const askedField = (entity: ListEntity, name: string): AskedField | null => {
  const field = queryField(entity, name)
  if (!field) return null
  const owner = field.source === 'account' ? 'accounts' : entity
  const label = fieldOf(owner, field.column)?.label ?? countLabel(field.column) ?? field.column
  return {
    name,
    owner,
    column: field.column,
    label: field.source === 'account' ? `Account: ${label}` : label,
    kind: field.kind,
  }
}

/** Fields that can be asked about: the list's own in the model's order, then those of the account that a child hangs on. */
export const askedFields = (entity: ListEntity): readonly AskedField[] => {
  const names = (owner: ListEntity): readonly string[] => [
    ...listColumnsOf(owner).filter((column) => !INTERNAL.includes(column)),
    ...(owner === 'accounts' ? Object.keys(COUNT_LABELS) : []),
  ]
  const all = entity === 'accounts' ? [] : names('accounts').map((column) => `${ON_ACCOUNT}${column}`)
  return [...names(entity), ...all].flatMap((name) => askedField(entity, name) ?? [])
}
