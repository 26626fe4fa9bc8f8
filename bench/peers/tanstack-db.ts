import {
  and,
  BasicIndex,
  type Collection,
  count,
  createCollection,
  createLiveQueryCollection,
  eq,
  gte,
  type InitialQueryBuilder,
  like,
  lt,
  lte,
  type SyncConfig,
} from '@tanstack/db'
import { fold } from '../../core/query/sort-key.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import { conditionsOf, type Peer, type PeerRow, peerRow, startsAt } from './peer.ts'

type Accounts = Collection<PeerRow, string>
type SyncParameters = Parameters<SyncConfig<PeerRow, string>['sync']>[0]

const INDEXED = ['type', 'status', 'priority', 'assigned_to', 'next_action_date', 'deal_value'] as const

/** TanStack DB: a synced collection with indexes on what is filtered by, a live query for the list and one per facet. */
export const tanstackDb = (): Peer => {
  let sync: SyncParameters | undefined
  const accounts: Accounts = createCollection<PeerRow, string>({
    id: 'accounts',
    getKey: (row) => row.id,
    startSync: true,
    sync: {
      sync: (parameters) => {
        sync = parameters
      },
    },
  })
  const write = (type: 'insert' | 'update', rows: readonly PeerRow[]): void => {
    sync?.begin()
    for (const value of rows) sync?.write({ type, value })
    sync?.commit()
  }
  let watchedTotal = (): number => 0

  /** The conditions of a spec but those on one field; the search is a LIKE on the folded company. */
  const filtered = (q: InitialQueryBuilder, spec: ListSpec, skipped: string | null) => {
    let query = q.from({ a: accounts })
    for (const { field, op, value } of conditionsOf(spec)) {
      if (field === skipped) continue
      // The field's kind is known from its name, which the types of the builder cannot see.
      const [low, high] = (Array.isArray(value) ? value : [value, value]) as [string, string]
      query = query.where(({ a }) => {
        const column = a[field as 'status']
        if (op === 'eq') return eq(column, low)
        if (op === 'lt') return lt(column, low)
        return and(gte(column, low), lte(column, high))
      })
    }
    const part = fold(spec.search)
    return part === '' ? query : query.where(({ a }) => like(a.company_folded, `%${part}%`))
  }
  const listOf = (spec: ListSpec) =>
    createLiveQueryCollection({
      startSync: true,
      query: (q) => {
        let query = filtered(q, spec, null)
        for (const { field, dir } of spec.sort)
          query =
            field === 'company'
              ? query.orderBy(({ a }) => a.company_key, dir).orderBy(({ a }) => a.company, dir)
              : query.orderBy(({ a }) => a[field as 'status'], dir)
        return query.orderBy(({ a }) => a.id, 'asc').select(({ a }) => ({ id: a.id }))
      },
    })
  const facetOf = (spec: ListSpec, name: string) =>
    createLiveQueryCollection({
      startSync: true,
      query: (q) =>
        filtered(q, spec, name)
          .groupBy(({ a }) => a[name as 'status'])
          .select(({ a }) => ({ value: a[name as 'status'], n: count(a.id) })),
    })

  return {
    name: 'tanstack_db',
    async load(rows) {
      for (const name of INDEXED) accounts.createIndex((row) => row[name], { indexType: BasicIndex })
      write('insert', rows.map(peerRow))
      sync?.markReady()
      await accounts.preload()
    },
    async ask(spec, places, size) {
      const list = listOf(spec)
      const rows = await list.toArrayWhenReady()
      const facets: Record<string, Record<string, number>> = {}
      const opened = spec.facets.map((name) => [name, facetOf(spec, name)] as const)
      for (const [name, facet] of opened) {
        const groups = await facet.toArrayWhenReady()
        facets[name] = Object.fromEntries(groups.map(({ value, n }) => [String(value ?? ''), Number(n)]))
      }
      const windows = startsAt(places, rows.length, size).map((start) =>
        rows.slice(start, start + size).map((row) => String(row.id)),
      )
      await list.cleanup()
      for (const [, facet] of opened) await facet.cleanup()
      return { total: rows.length, facets, windows }
    },
    async watch(spec) {
      const list = listOf(spec)
      await list.toArrayWhenReady()
      list.subscribeChanges(() => {})
      for (const name of spec.facets) {
        const facet = facetOf(spec, name)
        await facet.preload()
        facet.subscribeChanges(() => {})
      }
      watchedTotal = () => list.size
    },
    async update(row) {
      write('update', [peerRow(row)])
      return watchedTotal()
    },
  }
}
