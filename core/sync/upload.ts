import { MAX_BATCH_EDITS } from '../protocol/gateway.ts'
import type { Random } from '../random.ts'
import { BACKOFF, type BackoffLimits, backoffMs } from './backoff.ts'
import type { HttpClass } from './http-class.ts'

/** Why nothing is uploaded until something outside changes; null: time alone is enough. */
export type UploadWait = 'signed_out' | 'no_access' | 'update_needed' | null

/** The upload loop's memory; persisted, so that a restart does not forget a Retry-After. */
export interface UploadState {
  /** Requests without a verdict in a row. */
  readonly failures: number
  /** Server failures (5xx) in a row on what is being sent. */
  readonly serverFailures: number
  /** The most edits of the next batch. */
  readonly limit: number
  /** No request before this because of the backoff, epoch ms; null = at once. A wake or a success cuts it short. */
  readonly retryAt: number | null
  /** No request before this because the server said so (Retry-After), epoch ms; nothing cuts it short. */
  readonly notBefore: number | null
  readonly wait: UploadWait
}

export const UPLOAD_START: UploadState = {
  failures: 0,
  serverFailures: 0,
  limit: MAX_BATCH_EDITS,
  retryAt: null,
  notBefore: null,
  wait: null,
}

/** How many 5xx answers a batch gets before it is cut in half (rule W-12). */
const FAILURES_BEFORE_BISECT = 3

export interface UploadOutcome {
  readonly kind: HttpClass
  readonly batchSize: number
  /** Milliseconds that the server asked to wait; null where it did not. */
  readonly retryAfterMs: number | null
}

export interface UploadStep {
  readonly state: UploadState
  /** The one edit of the batch keeps its own backoff from here, so that others may pass it. */
  readonly aloneRetryAt: number | null
}

/**
 * One answer's effect on the loop (rules W-10 to W-12). Never gives up: whatever is not a verdict is tried again.
 *
 * @param now epoch ms
 */
export const afterUpload = (
  state: UploadState,
  outcome: UploadOutcome,
  now: number,
  random: Random,
  limits: BackoffLimits = BACKOFF,
): UploadStep => {
  const failures = state.failures + 1
  const waitMs = backoffMs(failures, random, limits)
  const notBefore = outcome.retryAfterMs === null ? state.notBefore : now + outcome.retryAfterMs
  const later: UploadState = { ...state, failures, retryAt: now + waitMs, notBefore }
  const half = Math.max(1, Math.floor(outcome.batchSize / 2))
  switch (outcome.kind) {
    case 'ok':
      return { state: { ...UPLOAD_START, limit: Math.min(MAX_BATCH_EDITS, state.limit * 2) }, aloneRetryAt: null }
    case 'signed_out':
    case 'no_access':
    case 'update_needed':
      return { state: { ...state, wait: outcome.kind, retryAt: null }, aloneRetryAt: null }
    case 'too_large':
      if (outcome.batchSize === 1) return { state, aloneRetryAt: now + waitMs }
      return { state: { ...state, limit: half, retryAt: null }, aloneRetryAt: null }
    case 'failed': {
      const serverFailures = state.serverFailures + 1
      if (outcome.batchSize === 1 && serverFailures >= FAILURES_BEFORE_BISECT)
        return { state: { ...state, serverFailures, failures: 0, retryAt: null }, aloneRetryAt: now + waitMs }
      if (serverFailures < FAILURES_BEFORE_BISECT) return { state: { ...later, serverFailures }, aloneRetryAt: null }
      return { state: { ...later, serverFailures: 0, limit: half }, aloneRetryAt: null }
    }
    case 'busy':
    case 'offline':
    case 'not_gateway':
      return { state: later, aloneRetryAt: null }
  }
}

/** Start, wake, network-up, a new token or any success makes everything due (rule W-11). */
export const uploadDue = (state: UploadState, newToken: boolean): UploadState => ({
  ...state,
  failures: 0,
  retryAt: null,
  wait: newToken || state.wait === 'update_needed' ? null : state.wait,
})

/** When the next request may go, epoch ms; null = at once. */
export const nextUploadAt = ({ retryAt, notBefore }: UploadState): number | null =>
  retryAt === null && notBefore === null ? null : Math.max(retryAt ?? 0, notBefore ?? 0)
