import { describe, expect, test } from 'vitest'
import { mapHeaders, normalizeHeader, uniqueHeaders } from '../../../../core/csv/headers.ts'

const mapped = (...args: Parameters<typeof mapHeaders>): Record<string, string> =>
  Object.fromEntries(Object.entries(mapHeaders(...args)).filter((pair): pair is [string, string] => pair[1] !== null))

test.each([
  ['Deal value (EUR)', 'deal value'],
  ['deal_value', 'deal value'],
  ['DealValue', 'deal value'],
  ['  E-Mail*: ', 'e mail'],
  ['Société', 'societe'],
  ['Adresse [Rechnung]', 'adresse'],
  ['会社', '会社'],
])('%s is compared as "%s"', (header, normal) => {
  expect(normalizeHeader(header)).toBe(normal)
})

test('headers become keys: empty ones by their place, repeated ones numbered', () => {
  expect(uniqueHeaders(['Name', '', ' Name ', 'Name (2)', ''])).toEqual([
    'Name',
    'Column 2',
    'Name (2)',
    'Name (2) (2)',
    'Column 5',
  ])
})

describe('mapping by header names', () => {
  test('the SEC list', () => {
    expect(mapped('accounts', ['CIK', 'Company Name', 'Ticker', 'Exchange'])).toEqual({
      CIK: 'external_id',
      'Company Name': 'company',
    })
  })

  test('the S&P list', () => {
    const headers = ['Symbol', 'Security', 'GICS Sector', 'Headquarters Location', 'Date added', 'CIK', 'Founded']
    expect(mapped('accounts', headers)).toEqual({
      Security: 'company',
      'Headquarters Location': 'city',
      CIK: 'external_id',
    })
  })

  test('an export of another system', () => {
    const headers = [
      'Account Name',
      'Stage',
      'Account Owner',
      'Amount (USD)',
      'Next Step',
      'Web Site',
      'Rating',
      'Town',
    ]
    expect(mapped('accounts', headers)).toEqual({
      'Account Name': 'company',
      Stage: 'status',
      'Account Owner': 'assigned_to',
      'Amount (USD)': 'deal_value',
      'Next Step': 'next_action',
      'Web Site': 'website',
      Rating: 'priority',
      Town: 'city',
    })
  })

  test('a column takes the most telling header, wherever it stands', () => {
    expect(mapped('accounts', ['Name', 'Company'])).toEqual({ Company: 'company' })
    expect(mapped('accounts', ['Ticker', 'External ID'])).toEqual({ 'External ID': 'external_id' })
  })

  test('our own columns and labels map to themselves', () => {
    expect(mapped('tasks', ['account_id', 'Title', 'Status', 'Due', 'Assigned to'])).toEqual({
      account_id: 'account_id',
      Title: 'title',
      Status: 'status',
      Due: 'due_date',
      'Assigned to': 'assigned_to',
    })
  })

  test('first and last name are one field, unless there is a full name', () => {
    expect(mapped('contacts', ['First name', 'Last name', 'Company'])).toEqual({
      'First name': 'name',
      'Last name': 'name',
      Company: 'account_id',
    })
    expect(mapped('contacts', ['First name', 'Last name', 'Full name'])).toEqual({ 'Full name': 'name' })
    expect(mapped('contacts', ['First name'])).toEqual({})
  })

  test('server stamps and derived columns are never filled', () => {
    expect(mapped('accounts', ['version', 'created_at', 'updated_at'])).toEqual({})
    expect(mapped('contacts', ['account_assigned_to'])).toEqual({})
  })
})
