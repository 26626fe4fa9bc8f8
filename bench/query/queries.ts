import { ACCOUNT_STATUSES } from '../../core/model/codes.ts'
import { isoDay } from '../../core/model/convert.ts'
import { defaultFacets } from '../../core/query/fields.ts'
import type { ListEntity, ListSpec, SortKey, WhereItem } from '../../core/query/spec.ts'
import type { Random } from '../../core/random.ts'
import { BENCH_TODAY, type BenchData, MEMBERS } from './data.ts'
import { TRADES } from './names.ts'

/** One of the benched queries: `draw` gives it new constants each time. */
export interface BenchQuery {
  readonly name: string
  draw(random: Random, data: BenchData): ListSpec
  /** Board queries: group by this field and add up that money. */
  readonly groups?: { readonly by: string; readonly money: string }
}

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

const list = (entity: ListEntity, sort: SortKey, where: readonly WhereItem[] = [], search = ''): ListSpec => ({
  entity,
  where: [...where],
  search,
  sort: [sort],
  facets: [...defaultFacets(entity)],
})

const byCompany: SortKey = { field: 'company', dir: 'asc' }
const eq = (field: string, value: string): WhereItem => ({ field, op: 'eq', value })

const drawStatus = (random: Random): { readonly type: string; readonly status: string } => {
  const type = pick(random, Object.keys(ACCOUNT_STATUSES))
  return { type, status: pick(random, ACCOUNT_STATUSES[type] ?? []).code }
}

/** Three letters in a row of a word that occurs. */
const threeLetters = (random: Random, data: BenchData): string => {
  const word = pick(random, data.companyWords)
  const start = Math.floor(random() * Math.max(1, word.length - 2))
  return word.slice(start, start + 3)
}

export const QUERIES: readonly BenchQuery[] = [
  { name: 'all_by_company', draw: () => list('accounts', byCompany) },
  { name: 'all_by_created', draw: () => list('accounts', { field: 'created_at', dir: 'desc' }) },
  {
    name: 'status_by_company',
    draw: (random) => list('accounts', byCompany, [eq('status', drawStatus(random).status)]),
  },
  {
    name: 'three_fields_by_company',
    draw: (random) => {
      const { type, status } = drawStatus(random)
      const priority = pick(random, ['high', 'medium', 'low'])
      return list('accounts', byCompany, [eq('type', type), eq('status', status), eq('priority', priority)])
    },
  },
  {
    name: 'assignee_by_updated',
    draw: (random) =>
      list('accounts', { field: 'updated_at', dir: 'desc' }, [eq('assigned_to', pick(random, MEMBERS))]),
  },
  {
    name: 'overdue_by_date',
    draw: (random) =>
      list('accounts', { field: 'next_action_date', dir: 'asc' }, [
        { field: 'next_action_date', op: 'lt', value: isoDay(BENCH_TODAY - Math.floor(random() * 30)) },
      ]),
  },
  {
    name: 'value_between_by_value',
    draw: (random) => {
      const low = Math.floor(random() ** 2 * 20_000_000)
      const high = low + Math.floor(random() * 20_000_000)
      return list('accounts', { field: 'deal_value', dir: 'desc' }, [
        { field: 'deal_value', op: 'between', value: [low, high] },
      ])
    },
  },
  {
    name: 'search_one_letter',
    draw: (random) => list('accounts', byCompany, [], pick(random, [...'abcdefghijklmnoprstuvwxz'])),
  },
  { name: 'search_three_letters', draw: (random, data) => list('accounts', byCompany, [], threeLetters(random, data)) },
  {
    name: 'search_word_and_status',
    draw: (random, data) =>
      list(
        'accounts',
        byCompany,
        [eq('status', drawStatus(random).status)],
        random() < 0.5 ? pick(random, TRADES) : pick(random, data.companyWords),
      ),
  },
  {
    // About 4 % of the accounts: late stages of customers, but for the low priorities.
    name: 'contacts_of_accounts',
    draw: (random) =>
      list('contacts', { field: 'name', dir: 'asc' }, [
        eq('account.type', 'customer'),
        eq('account.status', pick(random, (ACCOUNT_STATUSES['customer'] ?? []).slice(2)).code),
        { field: 'account.priority', op: 'ne', value: pick(random, ['high', 'medium', 'low']) },
      ]),
  },
  {
    name: 'pipeline_groups',
    draw: (random) => list('accounts', byCompany, [eq('type', 'customer'), eq('assigned_to', pick(random, MEMBERS))]),
    groups: { by: 'status', money: 'deal_value' },
  },
]
