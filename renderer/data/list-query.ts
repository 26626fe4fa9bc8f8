import type { Condition, ListEntity, ListSpec, SortKey, WhereItem } from '../../core/query/spec.ts'
import { orAlso } from './conditions.ts'

/** Fields with a facet popover, in the order of the filter bar. */
export const FACETS: Readonly<Record<ListEntity, readonly string[]>> = {
  accounts: ['type', 'status', 'priority', 'assigned_to'],
  contacts: ['assigned_to'],
  tasks: ['status', 'assigned_to'],
}

const DEFAULT_SORT: Readonly<Record<ListEntity, SortKey>> = {
  accounts: { field: 'company', dir: 'asc' },
  contacts: { field: 'name', dir: 'asc' },
  tasks: { field: 'due_date', dir: 'asc' },
}

/** What a list shows, as the person set it: chosen facet values ('' = none), other conditions, search and order. */
export interface ListQuery {
  readonly entity: ListEntity
  readonly filters: Readonly<Record<string, readonly string[]>>
  /** Conditions that no facet popover can show. */
  readonly other: readonly WhereItem[]
  readonly search: string
  readonly sort: readonly SortKey[]
}

/** The unfiltered list of an entity in its default order. */
export const plainQuery = (entity: ListEntity): ListQuery => ({
  entity,
  filters: {},
  other: [],
  search: '',
  sort: [DEFAULT_SORT[entity]],
})

export type QueryAction =
  | { readonly t: 'filter'; readonly field: string; readonly values: readonly string[] }
  | { readonly t: 'add-other'; readonly condition: Condition }
  | { readonly t: 'or-other'; readonly index: number; readonly condition: Condition }
  | { readonly t: 'drop-other'; readonly index: number }
  | { readonly t: 'clear' }
  | { readonly t: 'search'; readonly text: string }
  | { readonly t: 'sort'; readonly field: string; readonly additive: boolean }

/** Header clicks: ascending, then descending, then back to the default; `additive` adds or turns a further key. */
const nextSort = (query: ListQuery, field: string, additive: boolean): readonly SortKey[] => {
  const present = query.sort.find((key) => key.field === field)
  if (additive) {
    if (!present) return [...query.sort, { field, dir: 'asc' as const }].slice(-4)
    if (present.dir === 'asc') return query.sort.map((key) => (key === present ? { field, dir: 'desc' as const } : key))
    const rest = query.sort.filter((key) => key !== present)
    return rest.length > 0 ? rest : [DEFAULT_SORT[query.entity]]
  }
  if (!present || query.sort.length > 1) return [{ field, dir: 'asc' }]
  if (present.dir === 'asc') return [{ field, dir: 'desc' }]
  const standard = DEFAULT_SORT[query.entity]
  return [field === standard.field ? { field, dir: 'asc' } : standard]
}

/** The query after one action of the person. */
export const reduceQuery = (query: ListQuery, action: QueryAction): ListQuery => {
  switch (action.t) {
    case 'filter': {
      const { [action.field]: _, ...rest } = query.filters
      return { ...query, filters: action.values.length > 0 ? { ...rest, [action.field]: action.values } : rest }
    }
    case 'add-other':
      return { ...query, other: [...query.other, action.condition] }
    case 'or-other':
      return {
        ...query,
        other: query.other.map((item, index) => (index === action.index ? orAlso(item, action.condition) : item)),
      }
    case 'drop-other':
      return { ...query, other: query.other.filter((_, index) => index !== action.index) }
    case 'clear':
      return { ...query, filters: {}, other: [], search: '' }
    case 'search':
      return { ...query, search: action.text.slice(0, 200) }
    case 'sort':
      return { ...query, sort: nextSort(query, action.field, action.additive) }
  }
}

/** The list spec that the query worker answers. Nothing chosen in a facet = no condition. */
export const toSpec = (query: ListQuery): ListSpec => ({
  entity: query.entity,
  where: [
    ...Object.entries(query.filters).map(([field, values]) => ({
      field,
      op: 'in' as const,
      value: values.map((value) => (value === '' ? null : value)),
    })),
    ...query.other,
  ],
  search: query.search.trim(),
  sort: [...query.sort],
  facets: [...FACETS[query.entity]],
})

/** The query behind a spec: what facet popovers can show becomes filters, the rest stays as conditions. */
export const fromSpec = (spec: ListSpec): ListQuery => {
  const filters: Record<string, readonly string[]> = {}
  const other: WhereItem[] = []
  for (const item of spec.where) {
    const values = 'or' in item ? null : facetValues(spec.entity, item.field, item.op, item.value)
    if (values && 'field' in item && !(item.field in filters)) filters[item.field] = values
    else other.push(item)
  }
  return {
    entity: spec.entity,
    filters,
    other,
    search: spec.search,
    sort: spec.sort.length > 0 ? spec.sort : [DEFAULT_SORT[spec.entity]],
  }
}

const facetValues = (entity: ListEntity, field: string, op: string, value: unknown): readonly string[] | null => {
  if (!FACETS[entity].includes(field)) return null
  const list = op === 'in' && Array.isArray(value) ? value : op === 'eq' ? [value] : null
  if (!list || list.length === 0) return null
  return list.every((one) => one === null || typeof one === 'string') ? list.map((one) => one ?? '') : null
}

/** Does anything narrow the list? */
export const isNarrowed = (query: ListQuery): boolean =>
  Object.keys(query.filters).length > 0 || query.other.length > 0 || query.search.trim() !== ''

/** Are two queries the same list in the same order? */
export const sameQuery = (a: ListQuery, b: ListQuery): boolean =>
  JSON.stringify(canonical(toSpec(a))) === JSON.stringify(canonical(toSpec(b)))

const canonical = (spec: ListSpec) => ({
  ...spec,
  where: spec.where
    .map((item) =>
      JSON.stringify('field' in item && Array.isArray(item.value) ? { ...item, value: [...item.value].sort() } : item),
    )
    .sort(),
})
