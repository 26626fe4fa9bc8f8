import { fieldOf } from '../../core/model/entities.ts'
import { isOnlyAbout, type ResolvedCondition, requireField, resolveWhere } from '../../core/query/condition.ts'
import { type QueryField, searchFieldsOf } from '../../core/query/fields.ts'
import { searchWords } from '../../core/query/search-words.ts'
import { fold, sortKey } from '../../core/query/sort-key.ts'
import type { ListSpec } from '../../core/query/spec.ts'

/** How a database writes what SQL has no word for. */
export interface Dialect {
  /** The sort key of a text column. */
  key(column: string): string
  /** The folded text of a text column. */
  folded(column: string): string
  /** A test that the accounts alias `a` has a contact whose folded name or e-mail holds the text bound as `?`. */
  readonly contactHolds: string
  /** May columns hold null that the model says never do? */
  readonly nullsAnywhere: boolean
  /** Replaces the test of one search word where an index knows better; null to leave it. */
  search?(spec: ListSpec, word: string): Sql | null
}

export interface Sql {
  readonly text: string
  readonly values: readonly (string | number | null)[]
}

export interface ListSql {
  readonly total: Sql
  readonly facets: Readonly<Record<string, Sql>>
  /** Ids of the window; its last two parameters are LIMIT and OFFSET. */
  readonly window: Sql
}

const join = (parts: readonly Sql[], glue: string): Sql => ({
  text: parts.map((part) => part.text).join(glue),
  values: parts.flatMap((part) => part.values),
})

/**
 * A list query as SQLite's SQL over tables named as the entities, days as day numbers. Children are joined to their
 * account as `p` where a field needs it.
 *
 * @param today the user's calendar day, days since 1970-01-01
 */
export const toSql = (spec: ListSpec, today: number, dialect: Dialect): ListSql => {
  const groups = resolveWhere(spec, today)
  const column = (field: QueryField): string => `${field.source === 'own' ? 'a' : 'p'}.${field.column}`
  const needsParent = (names: readonly string[]): boolean => names.some((name) => name.startsWith('account.'))
  const fieldsOf = (extra: readonly string[]): string[] => [
    ...groups.flatMap((group) => group.map(({ field }) => field.name)),
    ...extra,
  ]
  const from = (extra: readonly string[]): string =>
    `${spec.entity} a${needsParent(fieldsOf(extra)) ? ' left join accounts p on p.id = a.account_id' : ''}`

  const words = searchWords(spec.search).map((word): Sql => {
    const better = dialect.search?.(spec, word)
    if (better) return better
    const own = searchFieldsOf(spec.entity).map((name) => `instr(${dialect.folded(`a.${name}`)}, ?) > 0`)
    const tests = spec.entity === 'accounts' ? [...own, dialect.contactHolds] : own
    return { text: `(${tests.join(' or ')})`, values: tests.map(() => word) }
  })
  const where = (skipped: string | null): Sql => {
    const parts = groups
      .filter((group) => skipped === null || !isOnlyAbout(group, skipped))
      .map((group) => {
        const any = join(
          group.map((condition) => conditionSql(condition, column(condition.field), dialect)),
          ' or ',
        )
        return { text: `(${any.text})`, values: any.values }
      })
    return join([{ text: '1', values: [] }, ...words, ...parts], ' and ')
  }

  const sort = spec.sort.map(({ field: name, dir }) => {
    const field = requireField(spec.entity, name)
    const at = column(field)
    // Every bound of the same field keeps null out, and without NULLS LAST an index can serve the order.
    const bounded = groups.some(
      ([only, ...others]) =>
        others.length === 0 &&
        only?.field.name === name &&
        only.op !== 'isnull' &&
        only.op !== 'ne' &&
        !only.values.includes(null),
    )
    const nullable =
      dialect.nullsAnywhere || field.source === 'account' || fieldOf(spec.entity, field.column)?.nullable === true
    const last = nullable && !bounded && dir === 'asc' ? ' nulls last' : ''
    return isText(field) ? `${dialect.key(at)} ${dir}${last}, ${at} ${dir}` : `${at} ${dir}${last}`
  })
  const all = where(null)
  const total = { text: `select count(*) n from ${from([])} where ${all.text}`, values: all.values }
  const facets = Object.fromEntries(
    spec.facets.map((name) => {
      const at = column(requireField(spec.entity, name))
      const rest = where(name)
      // The plus keeps SQLite from walking an index of the facet where that of a filter is far shorter.
      const by = rest.values.length > 0 ? `+${at}` : at
      return [
        name,
        {
          text: `select ${at} v, count(*) n from ${from([name])} where ${rest.text} group by ${by}`,
          values: rest.values,
        },
      ]
    }),
  )
  const window = {
    text: `select a.id from ${from(spec.sort.map((key) => key.field))} where ${all.text} order by ${[...sort, 'a.id'].join(', ')} limit ? offset ?`,
    values: all.values,
  }
  return { total, facets, window }
}

const isText = (field: QueryField): boolean => ['text', 'longText', 'code'].includes(field.kind)

const COMPARE = { lt: '<', le: '<=', gt: '>', ge: '>=' } as const

const conditionSql = ({ field, op, values }: ResolvedCondition, at: string, dialect: Dialect): Sql => {
  const [first = null, second = null] = values
  const compare = (symbol: '<' | '<=' | '>' | '>=', value: string | number | null): Sql =>
    isText(field)
      ? { text: `(${dialect.key(at)}, ${at}) ${symbol} (?, ?)`, values: [sortKey(String(value)), value] }
      : { text: `${at} ${symbol} ?`, values: [value] }
  switch (op) {
    case 'eq':
      return first === null ? { text: `${at} is null`, values: [] } : { text: `${at} = ?`, values: [first] }
    case 'ne':
      return { text: `${at} is not ?`, values: [first] }
    case 'in': {
      const some = values.filter((value) => value !== null)
      const list: Sql = { text: `${at} in (${some.map(() => '?').join(',')})`, values: some }
      return some.length < values.length ? join([list, { text: `${at} is null`, values: [] }], ' or ') : list
    }
    case 'isnull':
      return { text: `${at} is ${first === 1 ? '' : 'not '}null`, values: [] }
    case 'contains':
      return { text: `instr(${dialect.folded(at)}, ?) > 0`, values: [fold(String(first))] }
    case 'between':
      return join([compare('>=', first), compare('<=', second)], ' and ')
    default:
      return compare(COMPARE[op], first)
  }
}
