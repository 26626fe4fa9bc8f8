import { labelOf } from '../../core/model/codes.ts'
import { type EntityName, fieldOf } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import type { Member } from '../../core/protocol/window-api.ts'
import { formatCount, formatDay, formatInstant, formatMoney } from './format.ts'

/** What turning a value into words needs to know. */
export interface DisplayContext {
  readonly currency: string
  readonly byId: ReadonlyMap<string, Member>
  readonly nowMs: number
}

/** A member's name; a member who is not known here (any more) by the start of the id. */
export const memberName = (byId: ReadonlyMap<string, Member>, id: string): string =>
  byId.get(id)?.name ?? `Member ${id.slice(0, 8)}`

/** A value of a record in words; '' for none. Unknown codes are shown as they are. */
export const displayValue = (entity: EntityName, column: string, value: Value | undefined, context: DisplayContext) => {
  if (value === null || value === undefined || value === '') return ''
  const field = fieldOf(entity, column)
  switch (field?.kind) {
    case 'code':
      return labelOf(entity, column, String(value))
    case 'ref':
      return field.ref === 'workspace_members' ? memberName(context.byId, String(value)) : String(value)
    case 'money':
      return formatMoney(Number(value), context.currency)
    case 'day':
      return formatDay(String(value), context.nowMs)
    case 'instant':
      return formatInstant(Number(value))
    case 'bool':
      return value === 1 ? 'Yes' : 'No'
    case 'int':
      return formatCount(Number(value))
    default:
      return String(value)
  }
}
