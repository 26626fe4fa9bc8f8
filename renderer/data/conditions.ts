import { type EntityName, fieldOf } from '../../core/model/entities.ts'
import type { FieldKind, Value } from '../../core/model/field.ts'
import type { Condition, ListEntity, WhereItem } from '../../core/query/spec.ts'
import { type AskedField, askedField } from './asked-fields.ts'
import { readDraft, toDraft } from './drafts.ts'

/** A test that a person can choose for a field. */
export interface ConditionChoice {
  readonly words: string
  /** Values that it asks for. */
  readonly inputs: 0 | 1 | 2
  readonly op: Condition['op']
  /** What stands in the condition where nothing is asked for. */
  readonly value?: Condition['value']
}

const fixed = (words: string, op: Condition['op'], value: Condition['value']): ConditionChoice => ({
  words,
  inputs: 0,
  op,
  value,
})
const asks = (words: string, op: Condition['op'], inputs: 1 | 2 = 1): ConditionChoice => ({ words, inputs, op })

const EMPTY: readonly ConditionChoice[] = [fixed('is empty', 'isnull', true), fixed('is not empty', 'isnull', false)]
const SIZES: readonly ConditionChoice[] = [
  asks('is at least', 'ge'),
  asks('is at most', 'le'),
  asks('is more than', 'gt'),
  asks('is less than', 'lt'),
  asks('is between', 'between', 2),
  asks('is', 'eq'),
  asks('is not', 'ne'),
  ...EMPTY,
]
const DAYS: readonly ConditionChoice[] = [
  fixed('is overdue', 'lt', 'today'),
  fixed('is today', 'eq', 'today'),
  fixed('is in the next 7 days', 'between', ['today', 'today+7']),
  fixed('is in the next 30 days', 'between', ['today', 'today+30']),
  fixed('was in the last 7 days', 'between', ['today-7', 'today']),
  fixed('was in the last 30 days', 'between', ['today-30', 'today']),
  asks('is on', 'eq'),
  asks('is not on', 'ne'),
  asks('is before', 'lt'),
  asks('is after', 'gt'),
  asks('is on or before', 'le'),
  asks('is on or after', 'ge'),
  asks('is between', 'between', 2),
  ...EMPTY,
]
const INSTANTS: readonly ConditionChoice[] = [
  asks('is since', 'ge'),
  asks('is before', 'lt'),
  asks('is between', 'between', 2),
  ...EMPTY,
]
const TEXTS: readonly ConditionChoice[] = [
  asks('contains', 'contains'),
  asks('is', 'eq'),
  asks('is not', 'ne'),
  asks('comes after', 'gt'),
  asks('comes before', 'lt'),
  asks('is between', 'between', 2),
  ...EMPTY,
]
const PICKED: readonly ConditionChoice[] = [asks('is', 'eq'), asks('is not', 'ne'), ...EMPTY]

const BY_KIND: Readonly<Record<FieldKind, readonly ConditionChoice[]>> = {
  text: TEXTS,
  longText: TEXTS,
  code: PICKED,
  ref: PICKED,
  money: SIZES,
  int: SIZES,
  bool: PICKED,
  day: DAYS,
  instant: INSTANTS,
}

/** What may be asked about a field; an account that something hangs on is only ever followed, never asked for by its id. */
export const choicesFor = (entity: ListEntity, name: string): readonly ConditionChoice[] => {
  const field = askedField(entity, name)
  return field && field.kind !== 'id' ? BY_KIND[field.kind] : []
}

/** The condition that was put together, or what is wrong with it in words. */
export const readCondition = (
  entity: ListEntity,
  name: string,
  choice: ConditionChoice,
  typed: readonly string[],
): { readonly condition: Condition | null; readonly problem: string | null } => {
  const done = (value: Condition['value']) => ({ condition: { field: name, op: choice.op, value }, problem: null })
  if (choice.value !== undefined) return done(choice.value)
  const field = askedField(entity, name)
  const values: Value[] = []
  for (const text of typed.slice(0, choice.inputs)) {
    const { value, problem } = field ? readValue(field, text) : NOTHING
    if (value === null || problem) return { condition: null, problem: problem ?? 'A value is missing' }
    values.push(value)
  }
  const [first = null] = values
  return values.length < choice.inputs
    ? { condition: null, problem: 'A value is missing' }
    : done(choice.inputs === 2 ? values : first)
}

const NOTHING = { value: null, problem: null }

const readValue = (
  { owner, column, kind, label }: AskedField,
  text: string,
): { readonly value: Value; readonly problem: string | null } => {
  // What is searched for need not be a whole value: an e-mail's domain is enough.
  if (kind === 'text') return { value: text.trim() || null, problem: null }
  if (fieldOf(owner, column)) return readDraft(owner, column, text)
  const number = text.trim() === '' ? null : Number(text)
  return number === null || Number.isInteger(number)
    ? { value: number, problem: null }
    : { value: null, problem: `${label} must be a whole number` }
}

const OTHER_WORDS: Readonly<Record<Condition['op'], string>> = {
  eq: 'is',
  ne: 'is not',
  in: 'is one of',
  lt: 'is less than',
  le: 'is at most',
  gt: 'is more than',
  ge: 'is at least',
  between: 'is between',
  contains: 'contains',
  isnull: 'is empty:',
}

/**
 * A condition in words: "Next action on is overdue".
 *
 * @param show one value as lists show it
 */
export const conditionWords = (
  entity: ListEntity,
  item: WhereItem,
  show: (entity: EntityName, column: string, value: Value) => string,
): string => {
  if ('or' in item) return item.or.map((one) => conditionWords(entity, one, show)).join(' or ')
  const { owner = entity, column = item.field, label = item.field } = askedField(entity, item.field) ?? {}
  const choices = choicesFor(entity, item.field)
  const same = choices.find(
    ({ op, value }) => op === item.op && value !== undefined && JSON.stringify(value) === JSON.stringify(item.value),
  )
  if (same) return `${label} ${same.words}`
  const choice = choices.find(({ op, inputs }) => op === item.op && inputs > 0)
  const words = choice?.words ?? OTHER_WORDS[item.op]
  const text = (value: Value | boolean): string =>
    value === null ? 'nothing' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : show(owner, column, value)
  const values = Array.isArray(item.value) ? item.value.map(text) : [text(item.value)]
  return `${label} ${words} ${values.join(item.op === 'between' ? ' and ' : ', ')}`
}

/** A value as it stands in a chip where no better words are known. */
export const plainValue = (entity: EntityName, column: string, value: Value): string =>
  typeof value === 'string' && value.startsWith('today')
    ? value
        .replace(/^today([+-])(\d+)$/, '$1$2 days')
        .replace(/^\+/, 'today + ')
        .replace(/^-/, 'today − ')
    : toDraft(entity, column, value)

/** A condition with one more alternative: any of them is enough. */
export const orAlso = (item: WhereItem, condition: Condition): WhereItem => ({
  or: [...('or' in item ? item.or : [item]), condition],
})
