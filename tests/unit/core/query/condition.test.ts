import { expect, test } from 'vitest'
import { dayNumber } from '../../../../core/model/convert.ts'
import { resolveCondition } from '../../../../core/query/condition.ts'
import { defaultFacets, queryField, searchFieldsOf } from '../../../../core/query/fields.ts'
import { localDay, resolveDay } from '../../../../core/query/relative-day.ts'
import { searchWords } from '../../../../core/query/search-words.ts'
import { type Condition, LIST_ENTITIES } from '../../../../core/query/spec.ts'

const TODAY = dayNumber('2026-03-10')

test.each([
  ['2026-03-10', TODAY],
  ['today', TODAY],
  ['today+7', TODAY + 7],
  ['today-30', TODAY - 30],
  ['2026-02-30', null],
  ['tomorrow', null],
  ['today+', null],
])('the day %s', (text, day) => {
  expect(resolveDay(text, TODAY)).toBe(day)
})

test("the user's day is the clock's, not UTC's", () => {
  const lateEvening = Date.UTC(2026, 2, 10, 23, 30)
  expect(localDay(lateEvening, 0)).toBe(TODAY)
  expect(localDay(lateEvening, -120)).toBe(TODAY + 1)
  expect(localDay(lateEvening, 1_440)).toBe(TODAY - 1)
})

test.each<[string, Condition]>([
  ['an unknown field', { field: 'colour', op: 'eq', value: 'red' }],
  ['a field that lists do not hold', { field: 'opportunity', op: 'contains', value: 'x' }],
  ["the account's account", { field: 'account.company', op: 'eq', value: 'x' }],
  ['a number as text', { field: 'deal_value', op: 'gt', value: '100' }],
  ['text as a number', { field: 'company', op: 'eq', value: 3 }],
  ['a day that is none', { field: 'next_action_date', op: 'lt', value: 'soon' }],
  ['less than null', { field: 'deal_value', op: 'lt', value: null }],
  ['a range of one', { field: 'deal_value', op: 'between', value: [1] }],
  ['a list that is none', { field: 'status', op: 'in', value: 'won' }],
  ['contains of a number', { field: 'deal_value', op: 'contains', value: '1' }],
  ['isnull of a text', { field: 'status', op: 'isnull', value: 'yes' }],
])('refuses %s', (_name, condition) => {
  expect(() => resolveCondition('accounts', condition, TODAY)).toThrow(
    expect.objectContaining({ error: expect.objectContaining({ code: 'invalid_request' }) }),
  )
})

test('children may ask about their account', () => {
  expect(queryField('contacts', 'account.status')).toMatchObject({ source: 'account', column: 'status', kind: 'code' })
  expect(queryField('tasks', 'account.contacts_count')?.kind).toBe('int')
})

test('every default facet is a field, and every list can be searched', () => {
  for (const entity of LIST_ENTITIES) {
    for (const name of defaultFacets(entity)) expect(queryField(entity, name), `${entity} ${name}`).not.toBeNull()
    expect(searchFieldsOf(entity).length).toBeGreaterThan(0)
  }
})

test('a search is its words, folded, each once', () => {
  expect(searchWords('  Zoë  ACME\u00a0zoe ')).toEqual(['zoe', 'acme'])
  expect(searchWords(' \t ')).toEqual([])
})
