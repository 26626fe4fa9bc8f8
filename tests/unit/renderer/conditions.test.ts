import { expect, test } from 'vitest'
import { resolveCondition } from '../../../core/query/condition.ts'
import { LIST_ENTITIES, OPS } from '../../../core/query/spec.ts'
import { askedFields } from '../../../renderer/data/asked-fields.ts'
import { choicesFor, conditionWords, orAlso, plainValue, readCondition } from '../../../renderer/data/conditions.ts'

const MEMBERS = ['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002']
const TYPED = [['a', 'b'], MEMBERS, ['100', '250.50'], ['3', '7'], ['2026-01-02', '2026-02-03']]

test('every choice of every field makes a condition that lists answer, and says it in words', () => {
  const ops = new Set<string>()
  for (const entity of LIST_ENTITIES)
    for (const { name, label } of askedFields(entity))
      for (const choice of choicesFor(entity, name)) {
        const read = TYPED.map((typed) => readCondition(entity, name, choice, typed)).find(
          ({ condition }) => condition !== null,
        )
        if (!read?.condition) throw new Error(`${entity}.${name} ${choice.words}`)
        ops.add(read.condition.op)
        expect(() => read.condition && resolveCondition(entity, read.condition, 20_000)).not.toThrow()
        expect(conditionWords(entity, read.condition, plainValue)).toContain(`${label} ${choice.words}`)
      }
  // Values out of a list are chosen in the facets.
  expect([...ops].sort()).toEqual(OPS.filter((op) => op !== 'in').toSorted())
})

test('relative days', () => {
  const overdue = choicesFor('tasks', 'due_date').find(({ words }) => words === 'is overdue')
  const week = choicesFor('tasks', 'due_date').find(({ words }) => words === 'is in the next 7 days')
  if (!overdue || !week) throw new Error('missing')
  expect(readCondition('tasks', 'due_date', overdue, []).condition).toEqual({
    field: 'due_date',
    op: 'lt',
    value: 'today',
  })
  expect(readCondition('tasks', 'due_date', week, []).condition?.value).toEqual(['today', 'today+7'])
  const odd = { field: 'due_date', op: 'ge' as const, value: 'today+3' }
  expect(conditionWords('tasks', odd, plainValue)).toBe('Due is on or after today + 3 days')
})

test('a missing or wrong value is told', () => {
  const [atLeast] = choicesFor('accounts', 'deal_value')
  if (!atLeast) throw new Error('missing')
  expect(readCondition('accounts', 'deal_value', atLeast, ['']).problem).toBe('A value is missing')
  expect(readCondition('accounts', 'deal_value', atLeast, ['lots']).problem).toContain('amount')
  expect(readCondition('accounts', 'deal_value', atLeast, ['12.50']).condition?.value).toBe(1_250)
})

test('children are narrowed by their account, accounts by what they hold', () => {
  const names = (entity: 'accounts' | 'contacts'): readonly string[] => askedFields(entity).map(({ name }) => name)
  expect(names('contacts')).toEqual(expect.arrayContaining(['email', 'account.status', 'account.contacts_count']))
  expect(names('accounts')).toContain('open_tasks_count')
  expect(names('accounts').some((name) => name.startsWith('account.'))).toBe(false)
  const [least] = choicesFor('contacts', 'account.contacts_count')
  if (!least) throw new Error('missing')
  expect(readCondition('contacts', 'account.contacts_count', least, ['3']).condition).toEqual({
    field: 'account.contacts_count',
    op: 'ge',
    value: 3,
  })
  expect(readCondition('contacts', 'account.contacts_count', least, ['some']).problem).toContain('whole number')
})

test('any of a condition’s alternatives is enough', () => {
  const [overdue, value, city] = [
    { field: 'next_action_date', op: 'lt' as const, value: 'today' },
    { field: 'deal_value', op: 'ge' as const, value: 100 },
    { field: 'city', op: 'eq' as const, value: 'Ghent' },
  ]
  const both = orAlso(overdue, value)
  expect(both).toEqual({ or: [overdue, value] })
  expect(orAlso(both, city)).toEqual({ or: [overdue, value, city] })
  expect(conditionWords('accounts', both, plainValue)).toBe('Next action on is overdue or Deal value is at least 1')
})
