import { ERROR_TEXT } from '../errors.ts'
import type { SyncStatus } from '../protocol/status.ts'
import type { UploadWait } from './upload.ts'

/** How long edits may wait, or a stream be silent, while the server is reached, before it counts as stuck (rule S-3). */
export const STUCK_MS = 60_000

export interface StatusInput {
  readonly stopped: boolean
  readonly wait: UploadWait
  /** Epoch ms since when nothing reached the gateway; null while something does. */
  readonly offlineSince: number | null
  /** The last answer came from something else than the gateway. */
  readonly notGateway: boolean
  readonly received: number
  readonly expected: number
  /** Every shape has been up to date since this process started. */
  readonly caughtUp: boolean
  readonly upToDateAt: number | null
  readonly pending: number
  readonly needsAttention: number
  /** Epoch ms since when the oldest sendable edit could have gone and did not; null where none waits. */
  readonly waitingSince: number | null
  /** Epoch ms of the last sign of life of the most silent stream; null before the first. */
  readonly silentSince: number | null
  readonly trouble: string | null
  /** What cannot be written on this computer, in words; null while all can. */
  readonly localTrouble: string | null
  readonly now: number
}

/** What the status pill says, the most urgent first (rule S-1). */
export const deriveStatus = (input: StatusInput): SyncStatus => ({
  state: stateOf(input),
  received: input.received,
  expected: Math.max(input.expected, input.received),
  offlineSince: input.offlineSince,
  upToDateAt: input.upToDateAt,
  pending: input.pending,
  needsAttention: input.needsAttention,
  detail: input.localTrouble ?? (input.notGateway ? ERROR_TEXT.not_gateway : input.trouble),
})

const stateOf = (input: StatusInput): SyncStatus['state'] => {
  if (input.stopped) return 'stopped'
  if (input.wait !== null) return input.wait
  if (input.localTrouble !== null) return 'stuck'
  if (input.offlineSince !== null) return 'offline'
  const since = [input.waitingSince, input.silentSince].filter((at) => at !== null)
  if (since.some((at) => input.now - at > STUCK_MS)) return 'stuck'
  if (input.caughtUp) return 'up_to_date'
  return input.received === 0 && input.upToDateAt === null && input.expected === 0 ? 'starting' : 'syncing'
}
