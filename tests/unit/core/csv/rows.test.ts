import { describe, expect, test } from 'vitest'
import { dedupeKey, dedupeProblem } from '../../../../core/csv/dedupe.ts'
import { detectDelimiter } from '../../../../core/csv/delimiter.ts'
import { type ColumnStyle, learnStyles, missingProblem, planImport } from '../../../../core/csv/plan.ts'
import { convertRow } from '../../../../core/csv/rows.ts'
import type { ImportEntity } from '../../../../core/csv/synonyms.ts'

const context = { members: [], currency: 'EUR' }

const convert = (
  entity: ImportEntity,
  mapping: Record<string, string | null>,
  cells: readonly string[],
  styles: ReadonlyMap<string, ColumnStyle> = new Map(),
) => {
  const planned = planImport(entity, Object.keys(mapping), mapping)
  if ('error' in planned) throw new Error(planned.error.message)
  return convertRow(planned.plan, styles, context, cells)
}

describe('rows', () => {
  test('an account starts as a customer and a lead; a type brings its own first stage', () => {
    expect(convert('accounts', { Company: 'company' }, [' Acme\u00a0'])).toEqual({
      values: { company: 'Acme', type: 'customer', status: 'lead' },
      problem: null,
    })
    const typed = convert('accounts', { Company: 'company', Type: 'type', Status: 'status' }, ['Acme', 'INVESTOR', ''])
    expect(typed.values).toMatchObject({ type: 'investor', status: 'researching' })
    const odd = convert('accounts', { Company: 'company', Type: 'type' }, ['Acme', 'reseller'])
    expect(odd).toMatchObject({ values: { type: 'reseller', status: 'lead' }, problem: null })
  })

  test('problems name the fields, all of them', () => {
    const mapping = { Company: 'company', Deal: 'deal_value', Next: 'next_action_date', Owner: 'assigned_to' }
    expect(convert('accounts', mapping, ['Acme', 'lots', 'soon', 'Nobody']).problem).toBe(
      'Deal value is not an amount; Next action on is not a day: write it as 2026-01-31; Assigned to is not a member of the workspace',
    )
  })

  test('a required field must not be empty, a text not too long', () => {
    expect(convert('accounts', { Company: 'company' }, ['  ']).problem).toBe('Company must not be empty')
    expect(convert('accounts', { Company: 'company' }, ['x'.repeat(501)]).problem).toBe(
      'Company must have at most 500 characters',
    )
    expect(convert('contacts', { Name: 'name', Company: 'account_id' }, ['Ana', '']).problem).toBe(
      'Account must not be empty',
    )
  })

  test('short rows are filled up, long ones refused unless the rest is empty', () => {
    const mapping = { Company: 'company', City: 'city' }
    expect(convert('accounts', mapping, ['Acme'])).toMatchObject({ values: { city: null }, problem: null })
    expect(convert('accounts', mapping, ['Acme', 'Graz', ' ']).problem).toBeNull()
    expect(convert('accounts', mapping, ['Acme', 'Graz', 'x']).problem).toBe('has 3 cells where the header has 2')
  })

  test('several text cells are joined; an account is left for the database to find', () => {
    const mapping = { First: 'name', Account: 'account_id', Last: 'name' }
    expect(convert('contacts', mapping, ['Ana', 'Acme', 'Díaz'])).toEqual({
      values: { name: 'Ana Díaz', account_id: 'Acme' },
      problem: null,
    })
  })

  test('the styles of a column are learned from its rows', () => {
    const mapping = { Company: 'company', Deal: 'deal_value', Next: 'next_action_date' }
    const planned = planImport('accounts', Object.keys(mapping), mapping)
    if ('error' in planned) throw new Error(planned.error.message)
    const rows = [
      ['A', '1.234', '3/4/2026'],
      ['B', '12,5', '13/4/2026'],
    ]
    const styles = rows.reduce(
      (known: ReadonlyMap<string, ColumnStyle>, cells) => learnStyles(planned.plan, known, cells),
      new Map(),
    )
    expect(convert('accounts', mapping, rows[0] ?? [], styles)).toMatchObject({
      values: { deal_value: 123400, next_action_date: '2026-04-03' },
      problem: null,
    })
  })
})

describe('mappings', () => {
  const plan = (mapping: Record<string, string | null>) => planImport('accounts', ['A', 'B'], mapping)

  test('wrong ones are refused in words', () => {
    expect(plan({ C: 'company' })).toMatchObject({ error: { message: 'The file has no column "C"' } })
    expect(plan({ A: 'version' })).toMatchObject({ error: { message: '"version" is not a field of accounts' } })
    expect(plan({ A: 'deal_value', B: 'deal_value' })).toMatchObject({
      error: { code: 'invalid_input', message: 'Only one column can be mapped to Deal value' },
    })
  })

  test('what every row needs must be mapped', () => {
    expect(missingProblem('accounts', { A: 'company', B: null })).toBeNull()
    expect(missingProblem('accounts', { A: 'city' })?.message).toMatch(/mapped to Company/)
    expect(missingProblem('contacts', { A: 'name' })?.context).toEqual({ field: 'account_id' })
    expect(missingProblem('tasks', { A: 'title', B: 'account_id' })).toBeNull()
  })
})

test.each([
  ['a,b\n1,2', ','],
  ['a;b;c\n1,5;2;3\n1,5;2,5;3', ';'],
  ['a\tb\n1\t2,3', '\t'],
  ['a|b\n1|2', '|'],
  ['"a;b;c;d",x\n"1;2",y', ','],
  ['name, first;age\nx, y;3\nz;4', ';'],
  ['Company\nAcme', ','],
  ['', ','],
])('the delimiter of %j is %j', (sample, delimiter) => {
  expect(detectDelimiter(sample)).toBe(delimiter)
})

test('rows are compared without case and accents; empty fields never match', () => {
  expect(dedupeKey({ company: 'CAFÉ' }, 'company')).toBe(dedupeKey({ company: 'cafe' }, 'company'))
  expect(dedupeKey({ company: null }, 'company')).toBeNull()
  expect(dedupeProblem('accounts', ['external_id', 'company'])).toBeNull()
  expect(dedupeProblem('accounts', ['city'])).toMatchObject({ code: 'invalid_input', context: { field: 'city' } })
})
