import { expect, test } from 'vitest'
import { resolveCondition } from '../../../core/query/condition.ts'
import { LIST_ENTITIES, OPS } from '../../../core/query/spec.ts'
import {
  askedFields,
  choicesFor,
  conditionWords,
  plainValue,
  readCondition,
} from '../../../renderer/data/conditions.ts'

const MEMBERS = ['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002']
const TYPED = [['a', 'b'], MEMBERS, ['100', '250.50'], ['2026-01-02', '2026-02-03']]

test('every choice of every field makes a condition that lists answer, and says it in words', () => {
  const ops = new Set<string>()
  for (const entity of LIST_ENTITIES)
    for (const column of askedFields(entity))
      for (const choice of choicesFor(entity, column)) {
        const read = TYPED.map((typed) => readCondition(entity, column, choice, typed)).find(
          ({ condition }) => condition !== null,
        )
        if (!read?.condition) throw new Error(`${entity}.${column} ${choice.words}`)
        ops.add(read.condition.op)
        expect(() => read.condition && resolveCondition(entity, read.condition, 20_000)).not.toThrow()
        expect(conditionWords(entity, read.condition, plainValue)).toContain(choice.words)
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
