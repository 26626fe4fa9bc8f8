import { type EntityName, fieldOf } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import { fieldProblem } from '../../core/model/validate.ts'
import { instantInput, moneyInput, parseMoney } from './format.ts'

/** What stands in the fields of a form, as text, by column. '' = nothing. */
export type Draft = Readonly<Record<string, string>>

/** A value as its form field shows it. */
export const toDraft = (entity: EntityName, column: string, value: Value | undefined): string => {
  if (value === null || value === undefined) return ''
  switch (fieldOf(entity, column)?.kind) {
    case 'money':
      return moneyInput(Number(value))
    case 'instant':
      return instantInput(Number(value))
    default:
      return String(value)
  }
}

/** The value that a form field's text means, or what is wrong with it in words. */
export const readDraft = (
  entity: EntityName,
  column: string,
  typed: string,
): { readonly value: Value; readonly problem: string | null } => {
  const field = fieldOf(entity, column)
  if (!field) return { value: null, problem: `"${column}" is not a field` }
  const text = field.kind === 'longText' ? typed.trimEnd() : typed.trim()
  const value = text === '' ? null : parseText(field.kind, text)
  if (Number.isNaN(value))
    return { value: null, problem: `${field.label} must be ${EXAMPLES[field.kind] ?? 'a number'}` }
  return { value, problem: fieldProblem(field, value) }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  money: 'an amount like 1250 or 1250.50',
  instant: 'a date and time',
}

const parseText = (kind: string, text: string): Value => {
  switch (kind) {
    case 'money':
      return parseMoney(text) ?? Number.NaN
    case 'instant':
      return Date.parse(text)
    case 'int':
    case 'bool':
      return Number(text)
    default:
      return text
  }
}

/** Every value of a draft, and the problems by column. */
export const readDrafts = (
  entity: EntityName,
  draft: Draft,
): { readonly values: Record<string, Value>; readonly problems: Record<string, string> } => {
  const values: Record<string, Value> = {}
  const problems: Record<string, string> = {}
  for (const [column, typed] of Object.entries(draft)) {
    const { value, problem } = readDraft(entity, column, typed)
    values[column] = value
    if (problem) problems[column] = problem
  }
  return { values, problems }
}
