import { describe, expect, it } from 'vitest'
import type { OutboxEntry } from '../../../core/protocol/outbox.ts'
import { adviceOf, deedOf, fieldsOf, isEditable, isRemoved } from '../../../renderer/features/attention/refusal.ts'

const ID = '018f0000-0000-7000-8000-000000000001'
const entry = (
  edit: OutboxEntry['edit'],
  conflicts: { field: string; base: null; mine: string; theirs: string }[] = [],
) => ({
  seq: 1,
  edit,
  state: 'refused' as const,
  madeAt: 0,
  attempts: 1,
  nextAttemptAt: null,
  refusal: { code: 'conflict', message: '', field: null, conflicts },
  title: 'Northwind',
  blocks: [],
})

describe('refused edits', () => {
  it('show fields in conflict first, with the three values', () => {
    const patch = entry(
      {
        id: ID,
        entity: 'accounts',
        record_id: ID,
        op: 'patch',
        patch: [
          { op: 'test', path: '/city', value: 'Graz' },
          { op: 'replace', path: '/city', value: 'Linz' },
          { op: 'replace', path: '/status', value: 'won' },
        ],
      },
      [{ field: 'status', base: null, mine: 'won', theirs: 'lost' }],
    )
    expect(fieldsOf(patch)).toEqual([
      { field: 'status', mine: 'won', base: null, theirs: 'lost', conflict: true },
      { field: 'city', mine: 'Linz', base: 'Graz', theirs: null, conflict: false },
    ])
    expect(deedOf(patch)).toBe('Change the account')
    expect(isEditable(patch)).toBe(true)
  })

  it('leave the account that a new record hangs on alone', () => {
    const create = entry({
      id: ID,
      entity: 'tasks',
      record_id: ID,
      op: 'create',
      values: { account_id: ID, title: 'Call' },
    })
    expect(fieldsOf(create).map(({ field }) => field)).toEqual(['title'])
    expect(deedOf(create)).toBe('Create the task')
  })

  it('say what can be done about each reason', () => {
    const remove = entry({ id: ID, entity: 'notes', record_id: ID, op: 'delete', seen_version: 1 })
    const because = (code: string) => ({ ...remove, refusal: { code, message: '', field: null, conflicts: [] } })
    expect(adviceOf(because('conflict'))).toMatch(/^Open it/)
    expect(adviceOf(because('removed_elsewhere'))).toMatch(/^Bring it back/)
    expect(adviceOf(because('a code of a newer server'))).toBe('')
    expect([because('removed_elsewhere'), because('conflict')].map(isRemoved)).toEqual([true, false])
  })

  it('have nothing to type for a delete', () => {
    const remove = entry({ id: ID, entity: 'notes', record_id: ID, op: 'delete', seen_version: 1 })
    expect(fieldsOf(remove)).toEqual([])
    expect(isEditable(remove)).toBe(false)
  })
})
