import { describe, expect, it } from 'vitest'
import { type SyncStatus, syncStatus } from '../../../core/protocol/status.ts'
import { pillOf } from '../../../renderer/features/status/pill.ts'

const status = (change: Partial<SyncStatus>): SyncStatus => ({
  state: 'up_to_date',
  received: 0,
  expected: 0,
  offlineSince: null,
  upToDateAt: null,
  pending: 0,
  needsAttention: 0,
  detail: null,
  ...change,
})
const label = (change: Partial<SyncStatus>): string => pillOf(status(change), 'en-US').label

describe('the status pill', () => {
  it('tells every state apart', () => {
    const labels = syncStatus.shape.state.options.map((state) => label({ state }))
    expect(new Set(labels).size).toBe(labels.length)
  })

  it('says how far it is', () => {
    const pill = pillOf(status({ state: 'syncing', received: 500, expected: 2_000 }), 'en-US')
    expect(pill).toMatchObject({ label: 'Syncing 500 of 2,000', progress: 0.25 })
    expect(pillOf(status({ state: 'syncing', received: 9, expected: 3 })).progress).toBe(1)
    expect(pillOf(status({ state: 'syncing' })).progress).toBeNull()
  })

  it('says since when it is offline', () => {
    expect(label({ state: 'offline', offlineSince: new Date(2026, 0, 1, 9, 5).getTime() })).toBe(
      'Offline since 9:05 AM',
    )
  })

  it('puts refused edits before those under way', () => {
    expect(label({ needsAttention: 2, pending: 5 })).toBe('Needs attention')
    expect(label({ pending: 1 })).toBe('Sending 1 edit')
    expect(label({ state: 'offline', needsAttention: 2 })).toBe('Offline')
  })

  it('offers what helps in each state', () => {
    const actions = (change: Partial<SyncStatus>) => pillOf(status(change)).actions
    expect(actions({ state: 'signed_out', pending: 2 })).toEqual(['sign-in', 'edits'])
    expect(actions({ state: 'no_access', pending: 2 })).toEqual(['retry', 'sign-in'])
    expect(actions({ state: 'stuck' })).toEqual(['retry', 'log'])
    expect(actions({ state: 'stopped' })).toEqual(['log'])
    expect(actions({ state: 'offline', pending: 1 })).toEqual(['retry', 'edits'])
    expect(actions({ needsAttention: 1, pending: 1 })).toEqual(['attention'])
    expect(actions({ state: 'syncing' })).toEqual([])
  })

  it('says how many edits are kept', () => {
    expect(pillOf(status({ state: 'signed_out', pending: 3 })).explain).toContain('3 unsent edits are kept')
  })

  it('explains every state in a sentence', () => {
    for (const state of syncStatus.shape.state.options) expect(pillOf(status({ state })).explain).toMatch(/^[A-Z].*\.$/)
  })
})
