import { isoDay } from '../../core/model/convert.ts'
import type { Value } from '../../core/model/field.ts'
import type { ResolvedCondition, ResolvedWhere } from '../../core/query/condition.ts'
import type { QueryField } from '../../core/query/fields.ts'
import { sortKey } from '../../core/query/sort-key.ts'

/** A condition as SQL with its parameters. */
export interface Narrowing {
  readonly sql: string
  readonly values: readonly Value[]
}

/** A longer list of values is left to whoever reads the rows. */
const MAX_VALUES = 500

const COMPARISONS: Readonly<Partial<Record<ResolvedCondition['op'], string>>> = { lt: '<', le: '<=', gt: '>', ge: '>=' }
/** Kinds whose order in the file is the product's. */
const ORDERED = new Set<QueryField['kind']>(['money', 'int', 'instant', 'bool', 'day'])
/** Kinds in the order of sort keys. */
const KEYED = new Set<QueryField['kind']>(['text', 'longText', 'code'])

const [A, Z] = [97, 122]

/**
 * Texts from one up to another in the product's order, roughly: a text that begins with a letter of ASCII has a key that
 * begins with that letter in lower case, so one that begins beyond either bound is out; every other text is let through.
 */
const keyed = (column: string, low: string | null, high: string | null): Narrowing => {
  const first = (text: string): number => sortKey(text).codePointAt(0) ?? 0
  const outside = [
    ...(high === null ? [] : [Math.max(A, first(high) + 1), Z]),
    ...(low === null ? [] : [A, Math.min(Z, first(low) - 1)]),
  ]
  const letter = `coalesce(unicode(lower(${column})), 0)`
  const sql = Array.from({ length: outside.length / 2 }, () => `${letter} not between ? and ?`).join(' and ')
  return { sql, values: outside }
}

/** What a condition asks of a row's own column; null where SQLite cannot say it. */
const asSql = ({ field, op, values }: ResolvedCondition): Narrowing | null => {
  if (field.source !== 'own' || field.column.endsWith('_count') || values.length > MAX_VALUES) return null
  const column = `"${field.column}"`
  const held = values.map((value) => (field.kind === 'day' && typeof value === 'number' ? isoDay(value) : value))
  switch (op) {
    case 'isnull':
      return { sql: `${column} is ${values[0] === 1 ? '' : 'not '}null`, values: [] }
    case 'eq':
      return { sql: `${column} is ?`, values: held }
    case 'ne':
      return { sql: `${column} is not ?`, values: held }
    case 'in': {
      const some = held.filter((value) => value !== null)
      const listed = `${column} in (${some.map(() => '?').join(',')})`
      return { sql: some.length < held.length ? `(${listed} or ${column} is null)` : listed, values: some }
    }
    case 'contains':
      return null
    case 'between': {
      if (ORDERED.has(field.kind)) return { sql: `${column} between ? and ?`, values: held }
      return KEYED.has(field.kind) ? keyed(column, String(held[0]), String(held[1])) : null
    }
    default: {
      if (ORDERED.has(field.kind)) return { sql: `${column} ${COMPARISONS[op]} ?`, values: held }
      if (!KEYED.has(field.kind)) return null
      const bound = String(held[0])
      return op === 'lt' || op === 'le' ? keyed(column, null, bound) : keyed(column, bound, null)
    }
  }
}

/**
 * SQL that no row fails which passes the conditions: rows that cannot pass need not be read. What SQLite cannot say is
 * left out, so what it lets through is still to be tested.
 */
export const narrowing = (where: ResolvedWhere): Narrowing => {
  const groups = where.flatMap((group) => {
    const alternatives = group.map(asSql)
    const said = alternatives.filter((one) => one !== null)
    return said.length === alternatives.length ? [said] : []
  })
  return {
    sql: groups.map((group) => ` and (${group.map(({ sql }) => sql).join(' or ')})`).join(''),
    values: groups.flatMap((group) => group.flatMap(({ values }) => values)),
  }
}
