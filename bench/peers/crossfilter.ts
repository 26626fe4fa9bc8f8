import crossfilter from 'crossfilter2'
import { fold } from '../../core/query/sort-key.ts'
import type { Condition, ListSpec } from '../../core/query/spec.ts'
import { conditionsOf, type Peer, type PeerRow, peerRow, startsAt } from './peer.ts'

const FACETS = ['type', 'status', 'priority', 'assigned_to'] as const
const RANGES = ['next_action_date', 'deal_value'] as const
const SORTS = ['company asc', 'created_at desc', 'updated_at desc', 'next_action_date asc', 'deal_value desc'] as const

/** Crossfilter knows one order per dimension and no ties, so the order of each list is worked out once, as a number. */
type RankedRow = PeerRow & { ranks: Record<string, number> }

const SORT_KEYS: Readonly<Record<(typeof SORTS)[number], readonly (keyof PeerRow)[]>> = {
  'company asc': ['company_key', 'company'],
  'created_at desc': ['created_at'],
  'updated_at desc': ['updated_at'],
  'next_action_date asc': ['next_action_date'],
  'deal_value desc': ['deal_value'],
}

const compareBy = (sort: (typeof SORTS)[number]): ((a: PeerRow, b: PeerRow) => number) => {
  const sign = sort.endsWith('desc') ? -1 : 1
  return (a, b) => {
    for (const key of SORT_KEYS[sort]) {
      const [x, y] = [a[key], b[key]]
      if (x === y) continue
      if (x === null || y === null) return x === null ? 1 : -1
      return x < y ? -sign : sign
    }
    return a.id < b.id ? -1 : 1
  }
}

/** crossfilter2: a dimension for each filter, whose group is its facet, and one for each order. */
export const crossfilterPeer = (): Peer => {
  const table = crossfilter<RankedRow>([])
  const text = (name: keyof PeerRow) => table.dimension((row) => String(row[name] ?? ''))
  const facets = Object.fromEntries(FACETS.map((name) => [name, text(name)]))
  const groups = Object.fromEntries(FACETS.map((name) => [name, facets[name]?.group<string, number>().reduceCount()]))
  const ranges = Object.fromEntries(
    RANGES.map((name) => [name, table.dimension((row) => row[name] ?? (name === 'deal_value' ? -1 : ''))]),
  )
  const company = text('company_folded')
  const orders = Object.fromEntries(SORTS.map((sort) => [sort, table.dimension((row) => row.ranks[sort] ?? 0)]))
  const ranksOf = new Map<string, Record<string, number>>()

  const filter = (spec: ListSpec): void => {
    const conditions = new Map(conditionsOf(spec).map((condition) => [condition.field, condition]))
    for (const [name, dimension] of Object.entries(facets)) {
      const wanted = conditions.get(name)
      if (wanted) dimension.filterExact(String(wanted.value))
      else dimension.filterAll()
    }
    for (const [name, dimension] of Object.entries(ranges)) {
      const wanted = conditions.get(name)
      if (wanted) dimension.filterFunction(rangeTest(wanted) as never)
      else dimension.filterAll()
    }
    const part = fold(spec.search)
    if (part === '') company.filterAll()
    else company.filterFunction((value) => String(value).includes(part))
  }
  const total = (): number => Number(table.groupAll().value())

  return {
    name: 'crossfilter',
    async load(rows) {
      const ranked = rows.map((row): RankedRow => Object.assign(peerRow(row), { ranks: {} }) as RankedRow)
      for (const sort of SORTS)
        [...ranked].sort(compareBy(sort)).forEach((row, rank) => {
          row.ranks[sort] = rank
        })
      for (const row of ranked) ranksOf.set(row.id, row.ranks)
      table.add(ranked)
    },
    async ask(spec, places, count) {
      filter(spec)
      const [key] = spec.sort
      const order = orders[`${key?.field} ${key?.dir}`]
      const found = Object.fromEntries(
        spec.facets.map((name) => [
          name,
          Object.fromEntries(
            (groups[name]?.all() ?? []).filter(({ value }) => value > 0).map(({ key: value, value: n }) => [value, n]),
          ),
        ]),
      )
      const windows = startsAt(places, total(), count).map(
        (start) => order?.bottom(count, start).map((row) => row.id) ?? [],
      )
      return { total: total(), facets: found, windows }
    },
    async watch(spec) {
      filter(spec)
    },
    async update(row) {
      table.remove((held) => held.id === row.id)
      table.add([Object.assign(peerRow(row), { ranks: ranksOf.get(row.id) ?? {} }) as RankedRow])
      return total()
    },
  }
}

const rangeTest = ({ op, value }: Condition): ((held: number | string) => boolean) => {
  if (op === 'lt' && typeof value === 'string') return (held) => held !== '' && held < value
  if (op === 'between' && Array.isArray(value)) {
    const [low, high] = value.map(Number) as [number, number]
    return (held) => Number(held) >= low && Number(held) <= high
  }
  throw new Error(`no crossfilter form of ${op}`)
}
