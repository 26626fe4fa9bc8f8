import { describe, expect, it } from 'vitest'
import { ENTITIES } from '../../../core/model/entities.ts'
import { readDraft, readDrafts, toDraft } from '../../../renderer/data/drafts.ts'
import { changed, FORM_FIELDS, jointProblems, startingDraft } from '../../../renderer/features/records/form-layout.ts'

const ME = '018f0000-0000-7000-8000-000000000001'

describe('form fields as text', () => {
  it.each([
    ['deal_value', '1,250.50', 125_050],
    ['deal_value', '', null],
    ['next_action_date', '2026-02-28', '2026-02-28'],
    ['company', '  Northwind  ', 'Northwind'],
    ['opportunity', ' two\n lines \n', ' two\n lines'],
  ])('reads %s %j', (column, typed, value) =>
    expect(readDraft('accounts', column, typed)).toEqual({ value, problem: null }),
  )

  it.each([
    ['company', '   ', 'Company must not be empty'],
    ['deal_value', 'soon', 'Deal value must be an amount like 1250 or 1250.50'],
    ['next_action_date', '2026-02-30', 'Next action on must be a day like 2026-01-31'],
    ['priority', 'x'.repeat(65), 'Priority must have at most 64 characters'],
  ])('says what is wrong with %s %j', (column, typed, problem) =>
    expect(readDraft('accounts', column, typed).problem).toBe(problem),
  )

  it('gives back every value that it shows', () => {
    const starts_at = new Date(2026, 1, 3, 14, 30).getTime()
    expect(readDraft('meetings', 'starts_at', toDraft('meetings', 'starts_at', starts_at)).value).toBe(starts_at)
    expect(readDraft('accounts', 'deal_value', toDraft('accounts', 'deal_value', 99)).value).toBe(99)
    expect(toDraft('accounts', 'priority', null)).toBe('')
  })

  it('keeps a code that this version does not know', () => {
    expect(readDrafts('accounts', { status: 'beamed_up' })).toEqual({ values: { status: 'beamed_up' }, problems: {} })
  })
})

describe('forms', () => {
  it('hold every required field that a person can write, or start with it', () => {
    for (const entity of ['accounts', 'contacts', 'tasks', 'meetings', 'notes'] as const) {
      const shown = new Set([
        ...FORM_FIELDS[entity].map(({ column }) => column),
        ...Object.keys(startingDraft(entity, ME)),
      ])
      for (const [column, field] of Object.entries(ENTITIES[entity].fields))
        if (!field.nullable && field.editable) expect(shown, `${entity}.${column}`).toContain(column)
    }
  })

  it('let the status follow the type', () => {
    const investor = changed('accounts', { type: 'customer', status: 'won' }, 'type', 'investor')
    expect(investor['status']).toBe('researching')
    expect(changed('accounts', { type: 'customer', status: 'won' }, 'type', 'customer')['status']).toBe('won')
  })

  it('do not let a meeting end before it starts', () => {
    expect(changed('meetings', { ends_at: '2026-01-01T10:00' }, 'starts_at', '2026-01-02T09:00')['ends_at']).toBe(
      '2026-01-02T09:00',
    )
    expect(jointProblems('meetings', { starts_at: '2026-01-02T09:00', ends_at: '2026-01-01T10:00' })).toHaveProperty(
      'ends_at',
    )
  })
})
