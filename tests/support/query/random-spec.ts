import { isoDay } from '../../../core/model/convert.ts'
import { listColumnsOf } from '../../../core/model/entities.ts'
import { ACCOUNT_COUNTS, defaultFacets, type QueryField, queryField } from '../../../core/query/fields.ts'
import {
  type Condition,
  LIST_ENTITIES,
  type ListEntity,
  type ListSpec,
  OPS,
  type Op,
} from '../../../core/query/spec.ts'
import type { Random } from '../../../core/random.ts'
import { idOf, MEMBERS, randomText, TODAY } from './random-data.ts'

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

const CODES = [
  'investor',
  'customer',
  'partner',
  'lead',
  'won',
  'lost',
  'active',
  'contacted',
  'high',
  'medium',
  'low',
  'open',
  'done',
  'nowhere',
]

const fieldNames = (entity: ListEntity): string[] => {
  const own = [...listColumnsOf(entity)]
  if (entity === 'accounts') return [...own, ...ACCOUNT_COUNTS]
  return [...own, ...[...listColumnsOf('accounts'), ...ACCOUNT_COUNTS].map((column) => `account.${column}`)]
}

const requireField = (entity: ListEntity, name: string): QueryField => {
  const field = queryField(entity, name)
  if (!field) throw new Error(`no field ${name}`)
  return field
}

const randomValue = (random: Random, field: QueryField): string | number => {
  switch (field.kind) {
    case 'money':
      return pick(random, [0, 1, 100, 2_500, 99_999, Math.floor(random() * 1_000), 10.5])
    case 'int':
    case 'bool':
      return Math.floor(random() * 6)
    case 'instant':
      return 1_700_000_000_000 + Math.floor(random() * 20) * 1_000
    case 'day':
      return random() < 0.5
        ? isoDay(TODAY + Math.floor(random() * 30) - 15)
        : pick(random, ['today', 'today+7', 'today-3'])
    case 'code':
      return pick(random, CODES)
    case 'ref':
      return field.column === 'account_id' ? idOf('accounts', Math.floor(random() * 40)) : pick(random, MEMBERS)
    case 'id':
      return idOf(field.source === 'account' ? 'accounts' : pick(random, LIST_ENTITIES), Math.floor(random() * 40))
    default:
      return randomText(random)
  }
}

const isText = (field: QueryField): boolean => ['text', 'longText', 'code', 'ref', 'id'].includes(field.kind)

const randomCondition = (random: Random, entity: ListEntity): Condition => {
  const name = random() < 0.35 ? pick(random, facetNames(entity)) : pick(random, fieldNames(entity))
  const field = requireField(entity, name)
  const op: Op = pick(random, OPS)
  const value = (): string | number | null => randomValue(random, field)
  const orNull = (): string | number | null => (random() < 0.15 ? null : value())
  switch (op) {
    case 'isnull':
      return { field: name, op, value: random() < 0.4 }
    case 'in':
      return { field: name, op, value: Array.from({ length: 1 + Math.floor(random() * 4) }, orNull) }
    case 'between':
      return { field: name, op, value: [value(), value()].sort((a, b) => (a !== null && b !== null && a < b ? -1 : 1)) }
    case 'contains': {
      if (!isText(field)) return { field: name, op: 'ge', value: value() }
      const text = String(value())
      return { field: name, op, value: text.slice(0, 1 + Math.floor(random() * 3)) }
    }
    case 'eq':
    case 'ne':
      return { field: name, op, value: orNull() }
    default:
      return { field: name, op, value: value() }
  }
}

const facetNames = (entity: ListEntity): string[] =>
  entity === 'accounts'
    ? ['type', 'status', 'priority', 'assigned_to', 'country', 'next_action_date', 'contacts_count']
    : entity === 'tasks'
      ? ['status', 'assigned_to', 'due_date', 'account.status', 'account_id']
      : ['assigned_to', 'title', 'account.type', 'account.country', 'account_id']

/** Up to three sort keys over any fields. */
export const randomSort = (random: Random, entity: ListEntity, fields: 'own' | 'any'): ListSpec['sort'] =>
  Array.from({ length: Math.floor(random() * 3.5) }, () => ({
    field: pick(random, fields === 'own' ? listColumnsOf(entity) : fieldNames(entity)),
    dir: pick(random, ['asc', 'desc'] as const),
  }))

/** One account in nine by a number, or some by an enum, which lists of children answer in a way of their own. */
const someAccounts = (random: Random): Condition => {
  if (random() < 0.4) return { field: 'account.version', op: 'eq', value: Math.floor(random() * 9) }
  const [field, values] = pick(random, [
    ['account.type', CODES],
    ['account.status', CODES],
    ['account.assigned_to', MEMBERS],
  ] as const)
  const value = random() < 0.2 ? null : pick(random, values)
  return random() < 0.5
    ? { field, op: 'in', value: [value, pick(random, values)] }
    : { field, op: pick(random, ['eq', 'ne'] as const), value }
}

/** A list of the children of some accounts, as a detail or a board asks for. */
const childrenOfSome = (random: Random, entity: ListEntity): ListSpec => ({
  entity,
  where: [
    someAccounts(random),
    ...(random() < 0.4 ? [{ field: 'assigned_to', op: 'in' as const, value: [pick(random, MEMBERS), null] }] : []),
  ],
  search: '',
  sort: randomSort(random, entity, 'any'),
  facets: [...defaultFacets(entity)],
})

/** A random list query over every field, op and order that there is. */
export const randomSpec = (random: Random): ListSpec => {
  const entity = pick(random, LIST_ENTITIES)
  if (entity !== 'accounts' && random() < 0.25) return childrenOfSome(random, entity)
  const conditions = Math.floor(random() * 3.3)
  const search = random() < 0.35 ? randomText(random).slice(0, 1 + Math.floor(random() * 8)) : ''
  return {
    entity,
    where: Array.from({ length: conditions }, () =>
      random() < 0.25
        ? { or: Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomCondition(random, entity)) }
        : randomCondition(random, entity),
    ),
    search,
    sort: randomSort(random, entity, 'any'),
    facets: random() < 0.3 ? [...defaultFacets(entity)] : facetNames(entity).filter(() => random() < 0.4),
  }
}
