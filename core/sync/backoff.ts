import type { Random } from '../random.ts'

export interface BackoffLimits {
  /** Milliseconds after the first failure. */
  readonly baseMs: number
  /** The longest wait, milliseconds. */
  readonly capMs: number
}

export const BACKOFF: BackoffLimits = { baseMs: 500, capMs: 30_000 }

/**
 * How long to wait after the n-th failure in a row (rule W-11): exponential up to the cap, with jitter over its upper
 * half, so that clients do not come back together and never come back at once.
 *
 * @param failures 1 for the first
 */
export const backoffMs = (failures: number, random: Random, limits: BackoffLimits = BACKOFF): number => {
  const full = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(failures - 1, 30))
  return Math.round(full / 2 + (random() * full) / 2)
}

/** The longest Retry-After that is believed, milliseconds. */
export const LONGEST_RETRY_AFTER_MS = 3_600_000

/**
 * A Retry-After header (RFC 9110 §10.2.3: seconds or a date) as milliseconds from now; null where there is none that
 * can be read. At most an hour, since the clock of a date may be wrong.
 */
export const retryAfterMs = (header: string | null, now: number): number | null => {
  if (header === null || header.trim() === '') return null
  const seconds = Number(header)
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), LONGEST_RETRY_AFTER_MS)
}
