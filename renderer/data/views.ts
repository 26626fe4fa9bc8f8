import type { ShownRecord } from '../../core/protocol/outbox.ts'
import { type ListEntity, listSpec } from '../../core/query/spec.ts'
import { fromSpec, type ListQuery, plainQuery, sameQuery, toSpec } from './list-query.ts'

/** A named list: one of the product's own, or one that somebody saved. */
export interface View {
  readonly id: string
  readonly name: string
  readonly entity: ListEntity
  readonly query: ListQuery
  /** Saved views: the owner's member id; null for the product's own. */
  readonly owner: string | null
  readonly shared: boolean
}

/** The product's own views of an entity; the first is the default. */
export const standardViews = (entity: ListEntity, me: string): readonly View[] => {
  const all = plainQuery(entity)
  const view = (id: string, name: string, query: ListQuery): View => ({
    id,
    name,
    entity,
    query,
    owner: null,
    shared: false,
  })
  const mine = { ...all, filters: { assigned_to: [me] } }
  switch (entity) {
    case 'accounts':
      return [view('my-accounts', 'My accounts', mine), view('all-accounts', 'All accounts', all)]
    case 'contacts':
      return [view('all-contacts', 'All contacts', all), view('my-contacts', 'My contacts', mine)]
    case 'tasks':
      return [
        view('my-tasks', 'My open tasks', { ...all, filters: { assigned_to: [me], status: ['open', 'doing'] } }),
        view('all-tasks', 'All tasks', all),
      ]
  }
}

/** Saved views out of their records; one whose query this version cannot read is left out. */
export const savedViews = (records: readonly ShownRecord[]): readonly View[] =>
  records
    .flatMap(({ row }) => {
      const query = readQuery(String(row['spec'] ?? ''))
      if (!query) return []
      return [
        {
          id: String(row['id']),
          name: String(row['name'] ?? ''),
          entity: query.entity,
          query,
          owner: typeof row['owner'] === 'string' ? row['owner'] : '',
          shared: row['shared'] === 1,
        },
      ]
    })
    .sort((a, b) => a.name.localeCompare(b.name))

const readQuery = (text: string): ListQuery | null => {
  try {
    const parsed = listSpec.safeParse(JSON.parse(text))
    return parsed.success ? fromSpec(parsed.data) : null
  } catch {
    return null
  }
}

/** A query as a saved view stores it. */
export const writeQuery = (query: ListQuery): string => {
  const { facets: _, ...spec } = toSpec(query)
  return JSON.stringify(spec)
}

/** The view that shows exactly this query, if there is one. */
export const viewOf = (views: readonly View[], query: ListQuery): View | null =>
  views.find((view) => sameQuery(view.query, query)) ?? null
