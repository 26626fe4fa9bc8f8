import { describe, expect, test } from 'vitest'
import { parseCode, parseMember } from '../../../../core/csv/cells.ts'
import { type DayOrder, dayOrderOf, mergeOrders, parseDay } from '../../../../core/csv/days.ts'
import { type DecimalSign, decimalSignOf, mergeSigns, parseMoney } from '../../../../core/csv/money.ts'

const money = (text: string, column: DecimalSign = 'unknown', currency = 'EUR'): number | string => {
  const parsed = parseMoney(text, column, currency)
  return 'value' in parsed ? parsed.value : parsed.problem
}

describe('amounts', () => {
  test.each([
    ['1,234.50 €', 123450],
    ['1.234,50 €', 123450],
    ['1,234,567', 123456700],
    ['1.234.567', 123456700],
    ['1.234.567,8', 123456780],
    ['12,34,567.25', 123456725],
    ['1,23,456', 12345600],
    ["1'234.50", 123450],
    ['1 234,50', 123450],
    ['1\u00a0234\u202f567,5', 123456750],
    ['EUR 99', 9900],
    ['eur99.9', 9990],
    ['99 EUR', 9900],
    ['-12.5', -1250],
    ['12.50-', -1250],
    ['(12.50)', -1250],
    ['€-12', -1200],
    ['−12', -1200],
    ['+12', 1200],
    ['0', 0],
    ['-0', 0],
    ['.5', 50],
    ['0,500', 50],
    ['1234.500', 123450],
    ['90071992547409.91', 9007199254740991],
  ])('%s', (text, cents) => {
    expect(money(text)).toBe(cents)
  })

  test.each([
    ['12.345.6', 'is not an amount'],
    ['1,23,45', 'is not an amount'],
    ['1.2.3', 'is not an amount'],
    ['1,234.5.6', 'is not an amount'],
    ['abc', 'is not an amount'],
    ['1.5M', 'is not an amount'],
    ['12%', 'is not an amount'],
    ['--5', 'is not an amount'],
    ['(-5)', 'is not an amount'],
    ['€', 'is not an amount'],
    ['.', 'is not an amount'],
    ['1234.567', 'has more than two decimals'],
    ['900719925474099.92', 'is too large'],
    ['$5', 'is in $, but the workspace uses EUR'],
    ['5 USD', 'is in USD, but the workspace uses EUR'],
  ])('%s: %s', (text, problem) => {
    expect(money(text)).toBe(problem)
  })

  test('a dollar sign fits any dollar', () => {
    expect(money('$5', 'unknown', 'CAD')).toBe(500)
  })

  test('one sign before three digits: the column decides', () => {
    expect(money('1,234')).toBe(123400)
    expect(money('1.234')).toBe(123400)
    expect(money('1,234', '.')).toBe(123400)
    expect(money('1.234', '.')).toBe('has more than two decimals')
    expect(money('1.230', '.')).toBe(123)
    expect(money('1.234', 'mixed')).toBe('could mean thousands or decimals: write it as 1234.50')
  })

  test('what an amount proves for its column', () => {
    expect(['12.5', '1,234.50', '1,234,567', '12,5', '1.234.567', '1,234', '12', 'x'].map(decimalSignOf)).toEqual([
      '.',
      '.',
      '.',
      ',',
      ',',
      null,
      null,
      null,
    ])
    expect(mergeSigns(mergeSigns('unknown', '.'), null)).toBe('.')
    expect(mergeSigns('.', ',')).toBe('mixed')
    expect(mergeSigns('mixed', ',')).toBe('mixed')
  })
})

describe('days', () => {
  const day = (text: string, column: DayOrder = 'unknown'): string => {
    const parsed = parseDay(text, column)
    return 'value' in parsed ? parsed.value : parsed.problem
  }

  test.each([
    ['2026-01-31', '2026-01-31'],
    ['2026/1/31', '2026-01-31'],
    ['2026-01-31T00:00:00Z', '2026-01-31'],
    ['31.1.2026', '2026-01-31'],
    ['31 Jan 2026', '2026-01-31'],
    ['31-JAN-2026', '2026-01-31'],
    ['January 31, 2026', '2026-01-31'],
    ['Sept 3rd 2026', '2026-09-03'],
    ['31/01/2026', '2026-01-31'],
    ['01/31/2026', '2026-01-31'],
    ['4/4/2026', '2026-04-04'],
    ['29.02.2028', '2028-02-29'],
  ])('%s', (text, iso) => {
    expect(day(text)).toBe(iso)
  })

  test.each([
    ['2026-02-30', 'is not a day of the calendar'],
    ['29.02.2026', 'is not a day of the calendar'],
    ['31 Foo 2026', 'is not a day of the calendar'],
    ['0999-01-01', 'is not a day of the calendar'],
    ['31.1.26', 'is not a day: write it as 2026-01-31'],
    ['2026-01-31T13:00:00Z', 'is not a day: write it as 2026-01-31'],
    ['tomorrow', 'is not a day: write it as 2026-01-31'],
    ['3/4/2026', 'could be read day first or month first: write it as 2026-01-31'],
  ])('%s: %s', (text, problem) => {
    expect(day(text)).toBe(problem)
  })

  test('3/4/2026: the column decides', () => {
    expect(day('3/4/2026', 'day first')).toBe('2026-04-03')
    expect(day('3/4/2026', 'month first')).toBe('2026-03-04')
    expect(day('3/4/2026', 'mixed')).toMatch(/could be read/)
    expect(['13/4/2026', '4/13/2026', '3/4/2026', '2026-04-13'].map(dayOrderOf)).toEqual([
      'day first',
      'month first',
      null,
      null,
    ])
    expect(mergeOrders('day first', 'month first')).toBe('mixed')
  })
})

test('codes match by code or label in any case; what no list knows stays', () => {
  expect(parseCode('accounts', 'status', 'Due Diligence', 'investor')).toBe('due_diligence')
  expect(parseCode('accounts', 'status', 'DUE_DILIGENCE', 'customer')).toBe('due_diligence')
  expect(parseCode('accounts', 'status', 'Hot lead', 'customer')).toBe('Hot lead')
  expect(parseCode('accounts', 'priority', 'HIGH', null)).toBe('high')
  expect(parseCode('tasks', 'status', 'in progress', null)).toBe('doing')
})

test('members by e-mail, name or id; a shared name is refused', () => {
  const one = { id: '01900000-0000-7000-8000-000000000001', name: 'Ana Díaz', email: 'ana@example.com', role: 'rep' }
  const two = { id: '01900000-0000-7000-8000-000000000002', name: 'Bo Li', email: 'bo@example.com', role: 'rep' }
  const three = { ...two, id: '01900000-0000-7000-8000-000000000003', email: 'bo.li@example.com' }
  const context = { members: [one, two, three], currency: 'EUR' }
  expect(parseMember('ANA@example.com', context)).toEqual({ value: one.id })
  expect(parseMember('ana diaz', context)).toEqual({ value: one.id })
  expect(parseMember(two.id, context)).toEqual({ value: two.id })
  expect(parseMember('Bo Li', context)).toEqual({ problem: 'is the name of several members: give the e-mail' })
  expect(parseMember('Nobody', context)).toEqual({ problem: 'is not a member of the workspace' })
})
