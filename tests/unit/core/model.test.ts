import { describe, expect, test } from 'vitest'
import { canonicalText } from '../../../core/model/checksum.ts'
import { choicesOf, labelOf } from '../../../core/model/codes.ts'
import { dayNumber, instantFromPg, isoDay, valueFromPg } from '../../../core/model/convert.ts'
import { columnsOf, ENTITIES, ENTITY_NAMES, listColumnsOf } from '../../../core/model/entities.ts'
import { checkValues } from '../../../core/model/validate.ts'

const ID = '01890000-0000-7000-8000-000000000001'

describe('values from Postgres', () => {
  test('an instant is read to the millisecond', () => {
    expect(instantFromPg('2026-01-02 03:04:05.678+00')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
    expect(instantFromPg('2026-01-02 03:04:05+00')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5))
    expect(instantFromPg('2026-01-02 03:04:05.6+00')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 600))
    expect(instantFromPg('infinity')).toBeNull()
  })
  test('a bool is read from the snapshot form and from the log form', () => {
    expect(['t', 'true', 'f', 'false'].map((text) => valueFromPg('bool', text))).toEqual([1, 1, 0, 0])
  })
  test('null stays null in every kind', () => {
    for (const kind of ['money', 'instant', 'bool', 'text', 'day', 'id'] as const)
      expect(valueFromPg(kind, null)).toBeNull()
  })
  test('a day and its number are each other’s inverse', () => {
    for (const day of ['1000-01-01', '1970-01-01', '2024-02-29', '9999-12-31']) expect(isoDay(dayNumber(day))).toBe(day)
  })
})

describe('entities', () => {
  test('every reference names an entity', () => {
    for (const entity of ENTITY_NAMES)
      for (const field of Object.values(ENTITIES[entity].fields))
        if (field.kind === 'ref') expect(ENTITY_NAMES).toContain(field.ref)
  })
  test('columns start with the id and end with the stamps', () => {
    expect(columnsOf('accounts').at(0)).toBe('id')
    expect(columnsOf('accounts').slice(-3)).toEqual(['version', 'created_at', 'updated_at'])
  })
  test('long texts stay out of lists', () => {
    expect(listColumnsOf('accounts')).not.toContain('opportunity')
    expect(listColumnsOf('accounts')).toContain('company')
  })
  test('statuses depend on the account type, and an unknown code is its own label', () => {
    expect(choicesOf('accounts', 'status', 'partner').map((choice) => choice.code)).toContain('in_talks')
    expect(labelOf('accounts', 'status', 'from_the_future')).toBe('from_the_future')
  })
})

describe('validation', () => {
  const account = { type: 'customer', company: 'Åbo Oy', status: 'lead' }
  test('a create needs its required fields', () => {
    expect(checkValues('accounts', account, 'create')).toBeNull()
    expect(checkValues('accounts', { ...account, company: '' }, 'create')).toMatchObject({
      code: 'invalid_input',
      context: { field: 'company' },
    })
  })
  test('a patch checks only what it names', () => {
    expect(checkValues('accounts', { deal_value: 125_00 }, 'patch')).toBeNull()
    expect(checkValues('accounts', { deal_value: 1.5 }, 'patch')).toMatchObject({ code: 'invalid_input' })
    expect(checkValues('accounts', { company: null }, 'patch')).toMatchObject({ code: 'invalid_input' })
  })
  test('stamps, derived and unknown columns cannot be written', () => {
    for (const column of ['version', 'id', 'nope'])
      expect(checkValues('accounts', { [column]: 1 }, 'patch')).toMatchObject({ code: 'unknown_field' })
    expect(checkValues('contacts', { account_assigned_to: ID }, 'patch')).toMatchObject({ code: 'unknown_field' })
  })
  test('days that do not exist are refused', () => {
    expect(checkValues('accounts', { next_action_date: '2025-02-29' }, 'patch')).toMatchObject({
      code: 'invalid_input',
    })
    expect(checkValues('accounts', { next_action_date: '2024-02-29' }, 'patch')).toBeNull()
  })
  test('an unknown status code is accepted', () => {
    expect(checkValues('accounts', { status: 'from_the_future' }, 'patch')).toBeNull()
  })
})

test('the canonical text tells null from empty text', () => {
  const row = { id: ID, version: 1, name: '', currency: null, time_zone: 'UTC', created_at: 0, updated_at: 0 }
  expect(canonicalText('workspaces', row).split('\u001f')).toEqual([ID, '', '\\N', 'UTC', '1', '0', '0'])
})
