import { describe, expect, it } from 'vitest'
import { listSpec } from '../../../core/query/spec.ts'
import {
  fromSpec,
  isNarrowed,
  type ListQuery,
  plainQuery,
  reduceQuery,
  sameQuery,
  toSpec,
} from '../../../renderer/data/list-query.ts'
import { savedViews, standardViews, viewOf, writeQuery } from '../../../renderer/data/views.ts'

const accounts = plainQuery('accounts')
const filtered = reduceQuery(accounts, { t: 'filter', field: 'status', values: ['won', 'lead'] })

describe('what a list shows', () => {
  it('starts unfiltered in the default order', () => {
    expect(isNarrowed(accounts)).toBe(false)
    expect(listSpec.parse(toSpec(accounts))).toMatchObject({ where: [], sort: [{ field: 'company', dir: 'asc' }] })
  })

  it('asks for chosen values, none as null, and drops a filter without values', () => {
    const none = reduceQuery(filtered, { t: 'filter', field: 'assigned_to', values: [''] })
    expect(toSpec(none).where).toEqual([
      { field: 'status', op: 'in', value: ['won', 'lead'] },
      { field: 'assigned_to', op: 'in', value: [null] },
    ])
    expect(reduceQuery(filtered, { t: 'filter', field: 'status', values: [] }).filters).toEqual({})
  })

  it('turns a column from ascending to descending to the default order', () => {
    const sort = (query: ListQuery, field: string, additive = false): ListQuery =>
      reduceQuery(query, { t: 'sort', field, additive })
    const once = sort(accounts, 'deal_value')
    expect(once.sort).toEqual([{ field: 'deal_value', dir: 'asc' }])
    const twice = sort(once, 'deal_value')
    expect(twice.sort).toEqual([{ field: 'deal_value', dir: 'desc' }])
    expect(sort(twice, 'deal_value').sort).toEqual(accounts.sort)
    expect(sort(sort(accounts, 'company'), 'company').sort).toEqual(accounts.sort)
  })

  it('adds further keys, at most four, and never leaves a list without order', () => {
    let query = accounts
    for (const field of ['status', 'created_at', 'updated_at', 'deal_value'])
      query = reduceQuery(query, { t: 'sort', field, additive: true })
    expect(query.sort.map((key) => key.field)).toEqual(['status', 'created_at', 'updated_at', 'deal_value'])
    for (const field of [
      'status',
      'status',
      'created_at',
      'created_at',
      'updated_at',
      'updated_at',
      'deal_value',
      'deal_value',
    ])
      query = reduceQuery(query, { t: 'sort', field, additive: true })
    expect(query.sort).toEqual(accounts.sort)
  })

  it('comes back from its spec', () => {
    const query = reduceQuery(
      { ...filtered, other: [{ field: 'deal_value', op: 'ge', value: 100 }] },
      { t: 'search', text: 'north' },
    )
    expect(sameQuery(fromSpec(listSpec.parse(toSpec(query))), query)).toBe(true)
  })

  it('keeps what no facet can show as a condition, and a second test of a field too', () => {
    const query = fromSpec(
      listSpec.parse({
        entity: 'tasks',
        where: [
          { field: 'status', op: 'eq', value: 'open' },
          { field: 'status', op: 'in', value: ['open', 'doing'] },
          { field: 'due_date', op: 'le', value: 'today+7' },
          { or: [{ field: 'assigned_to', op: 'isnull', value: true }] },
        ],
      }),
    )
    expect(query.filters).toEqual({ status: ['open'] })
    expect(query.other).toHaveLength(3)
    expect(toSpec(query).where).toHaveLength(4)
  })

  it('is the same list whatever the order in which values were chosen', () => {
    const other = reduceQuery(accounts, { t: 'filter', field: 'status', values: ['lead', 'won'] })
    expect(sameQuery(filtered, other)).toBe(true)
    expect(sameQuery(filtered, accounts)).toBe(false)
  })
})

describe('views', () => {
  const me = '018f0000-0000-7000-8000-000000000001'
  const record = (row: Record<string, string | number | null>) => ({ entity: 'saved_views' as const, row, mark: null })

  it('begin with my own accounts', () => {
    expect(standardViews('accounts', me)[0]?.query.filters).toEqual({ assigned_to: [me] })
  })

  it('come back from their records; unreadable ones are left out', () => {
    const views = savedViews([
      record({ id: 'b', name: 'Won', spec: writeQuery(filtered), shared: 1, owner: me }),
      record({ id: 'c', name: 'Broken', spec: '{', shared: 0, owner: me }),
      record({ id: 'd', name: 'Newer', spec: '{"entity":"deals"}', shared: 0, owner: me }),
    ])
    expect(views.map((view) => view.name)).toEqual(['Won'])
    expect(viewOf(views, filtered)?.id).toBe('b')
    expect(viewOf(views, accounts)).toBeNull()
  })
})
