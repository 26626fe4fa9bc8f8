import { expect, test } from 'vitest'
import { backoffMs, retryAfterMs } from '../../../../core/sync/backoff.ts'
import { type EditEvent, type EditState, EVENTS, nextState, STATES } from '../../../../core/sync/edit-state.ts'
import { classifyHttp } from '../../../../core/sync/http-class.ts'
import { followerStep } from '../../../../core/sync/stream-error.ts'
import { afterUpload, nextUploadAt, UPLOAD_START, type UploadState, uploadDue } from '../../../../core/sync/upload.ts'

const half = () => 0.5
const answer = (
  kind: Parameters<typeof afterUpload>[1]['kind'],
  batchSize = 100,
  retryAfterMs: number | null = null,
) => ({ kind, batchSize, retryAfterMs })

test('W-1 the table of states and events is total, and says exactly these moves', () => {
  const moves = STATES.flatMap((state: EditState) =>
    EVENTS.flatMap((event: EditEvent) => {
      const next = nextState(state, event)
      return next === null || next === state ? [] : [`${state} ${event} ${next}`]
    }),
  )
  expect(moves).toEqual([
    'queued send sending',
    'queued accept accepted',
    'queued refuse refused',
    'queued cancel cancelled',
    'queued discard discarded',
    'sending restart queued',
    'sending retry queued',
    'sending accept accepted',
    'sending refuse refused',
    'accepted settle settled',
    'refused discard discarded',
  ])
})

test('W-9 without the gateway’s header nothing is the gateway’s, whatever the status', () => {
  for (const status of [200, 302, 401, 403, 407, 413, 426, 503]) expect(classifyHttp(status, false)).toBe('not_gateway')
  expect(classifyHttp(null, false)).toBe('offline')
})

test('W-10 each status of the gateway means one thing', () => {
  const means = [200, 204, 400, 401, 403, 404, 413, 426, 429, 500, 502, 503].map((status) => classifyHttp(status, true))
  expect(means).toEqual([
    'ok',
    'ok',
    'failed',
    'signed_out',
    'no_access',
    'failed',
    'too_large',
    'update_needed',
    'busy',
    'failed',
    'failed',
    'busy',
  ])
})

test('W-10 sign-in, access and update wait for somebody; 413 halves the batch', () => {
  for (const kind of ['signed_out', 'no_access', 'update_needed'] as const)
    expect(afterUpload(UPLOAD_START, answer(kind), 0, half).state).toMatchObject({ wait: kind, retryAt: null })
  expect(afterUpload(UPLOAD_START, answer('too_large', 100), 0, half).state).toMatchObject({ limit: 50, retryAt: null })
  expect(afterUpload(UPLOAD_START, answer('too_large', 1), 7, half).aloneRetryAt).toBeGreaterThan(7)
})

test('W-11 waits double to the cap with jitter over the upper half; a Retry-After is a floor', () => {
  const limits = { baseMs: 100, capMs: 1000 }
  expect([1, 2, 3, 4, 5, 60].map((n) => backoffMs(n, () => 0, limits))).toEqual([50, 100, 200, 400, 500, 500])
  expect(backoffMs(60, () => 0.999_999, limits)).toBe(1000)
  const step = afterUpload(UPLOAD_START, answer('busy', 10, 90_000), 1000, half, limits)
  expect(nextUploadAt(step.state)).toBe(91_000)
  expect(nextUploadAt(uploadDue(step.state, false))).toBe(91_000)
})

test('W-11 Retry-After is seconds or a date, never more than an hour', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(
    ['5', '0', '-3', 'Thu, 01 Jan 2026 00:00:30 GMT', '999999', 'soon', ''].map((text) => retryAfterMs(text, now)),
  ).toEqual([5000, 0, 0, 30_000, 3_600_000, null, null])
  expect(retryAfterMs(null, now)).toBe(null)
})

test('W-11 a wake makes all due, a new token ends the wait for sign-in, a success forgets failures', () => {
  const waiting: UploadState = { ...UPLOAD_START, failures: 5, retryAt: 900, wait: 'signed_out' }
  expect(uploadDue(waiting, false)).toMatchObject({ failures: 0, retryAt: null, wait: 'signed_out' })
  expect(uploadDue(waiting, true).wait).toBe(null)
  expect(afterUpload({ ...UPLOAD_START, failures: 5, limit: 4 }, answer('ok', 4), 0, half).state).toMatchObject({
    failures: 0,
    limit: 8,
  })
})

test('W-12 three 5xx on a batch halve it, down to the one edit that fails alone', () => {
  let state = UPLOAD_START
  let size = 8
  let alone: number | null = null
  for (let n = 0; n < 12 && alone === null; n++) {
    const step = afterUpload(state, answer('failed', size), n, half)
    state = step.state
    alone = step.aloneRetryAt
    size = Math.min(size, state.limit)
  }
  expect(size).toBe(1)
  expect(alone).toBeGreaterThan(0)
  expect(state.retryAt).toBe(null)
})

test('R-8 a stream that ended waits, reloads or begins again by its status', () => {
  expect([null, 200, 400, 401, 403, 404, 426, 500].map(followerStep)).toEqual([
    'restart',
    'restart',
    'reload',
    'wait',
    'wait',
    'restart',
    'wait',
    'restart',
  ])
})
