import { choicesOf } from '../model/codes.ts'
import type { Value } from '../model/field.ts'
import { fold } from '../query/sort-key.ts'
import { parseDay } from './days.ts'
import { type Parsed, parseMoney } from './money.ts'
import type { ColumnStyle, ImportContext, PlanColumn } from './plan.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const squeeze = (text: string): string => fold(text).replace(/[\s_-]+/g, ' ')

/**
 * A coded value from its code or label, whatever the case ("Due Diligence", "due_diligence"). What no list knows is
 * kept as it stands in the file.
 */
export const parseCode = (entity: string, column: string, text: string, accountType: string | null): string => {
  const wanted = squeeze(text)
  const among = (type: string | null): string | undefined =>
    choicesOf(entity, column, type).find(({ code, label }) => squeeze(code) === wanted || squeeze(label) === wanted)
      ?.code
  return among(accountType) ?? among(null) ?? text
}

/** A member's id from an e-mail address, a name or the id itself. */
export const parseMember = (text: string, { members }: ImportContext): Parsed<string> => {
  const wanted = fold(text)
  const id = members.find((member) => member.id === wanted || fold(member.email) === wanted)?.id
  if (id !== undefined) return { value: id }
  const named = members.filter((member) => fold(member.name) === wanted)
  const [first] = named
  if (!first) return { problem: 'is not a member of the workspace' }
  return named.length === 1 ? { value: first.id } : { problem: 'is the name of several members: give the e-mail' }
}

/**
 * One field of one row. An empty cell is null. A reference to another entity than members stays text here: only the
 * database can tell which record it means.
 */
export const parseCell = (
  entity: string,
  { column, field }: PlanColumn,
  text: string,
  style: ColumnStyle | undefined,
  context: ImportContext,
  accountType: string | null,
): Parsed<Value> => {
  if (text === '') return { value: null }
  switch (field.kind) {
    case 'money':
      return parseMoney(text, style?.decimal ?? 'unknown', context.currency)
    case 'day':
      return parseDay(text, style?.dayOrder ?? 'unknown')
    case 'code':
      return { value: parseCode(entity, column, text, accountType) }
    case 'ref':
      if (field.ref === 'workspace_members') return parseMember(text, context)
      return { value: UUID.test(text) ? text.toLowerCase() : text }
    default:
      return { value: text }
  }
}
