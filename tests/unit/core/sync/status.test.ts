import { expect, test } from 'vitest'
import { deriveStatus, STUCK_MS, type StatusInput } from '../../../../core/sync/sync-status.ts'

const calm: StatusInput = {
  stopped: false,
  wait: null,
  offlineSince: null,
  notGateway: false,
  received: 10,
  expected: 10,
  caughtUp: true,
  upToDateAt: 1,
  pending: 0,
  needsAttention: 0,
  waitingSince: null,
  silentSince: 0,
  trouble: null,
  localTrouble: null,
  now: 1000,
}
const state = (change: Partial<StatusInput>) => deriveStatus({ ...calm, ...change }).state

test('S-1 the most urgent state is told', () => {
  const all = { stopped: true, wait: 'signed_out', offlineSince: 1, waitingSince: -STUCK_MS, caughtUp: false } as const
  expect(state(all)).toBe('stopped')
  expect(state({ ...all, stopped: false })).toBe('signed_out')
  expect(state({ ...all, stopped: false, wait: null })).toBe('offline')
  expect(state({ ...all, stopped: false, wait: null, offlineSince: null })).toBe('stuck')
  expect(state({ caughtUp: false })).toBe('syncing')
  expect(state({ caughtUp: false, received: 0, expected: 0, upToDateAt: null })).toBe('starting')
  expect(state({})).toBe('up_to_date')
})

test('S-2 expected is never below received', () => {
  expect(deriveStatus({ ...calm, received: 12, expected: 10 })).toMatchObject({ received: 12, expected: 12 })
})

test('S-3 a minute of failures, or of silence, is stuck', () => {
  expect(state({ now: STUCK_MS, silentSince: 0 })).toBe('up_to_date')
  expect(state({ now: STUCK_MS + 1, silentSince: 0 })).toBe('stuck')
  expect(state({ now: STUCK_MS + 1, silentSince: STUCK_MS, waitingSince: 0 })).toBe('stuck')
})

test('S-4 what cannot be saved on this computer is told at once, with its reason, before being offline', () => {
  const full = { localTrouble: 'The disk is full.', offlineSince: 1, trouble: 'HTTP 500' }
  expect(deriveStatus({ ...calm, ...full })).toMatchObject({ state: 'stuck', detail: 'The disk is full.' })
  expect(state({ ...full, wait: 'signed_out' })).toBe('signed_out')
})
