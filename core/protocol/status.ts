import { z } from 'zod'

/** What the status pill tells apart, most urgent first where several hold. */
export const syncStatus = z.object({
  state: z.enum([
    'starting',
    'syncing',
    'up_to_date',
    'offline',
    'signed_out',
    'no_access',
    'update_needed',
    'stuck',
    'stopped',
  ]),
  /** While `syncing`: rows received and rows expected over all shapes (from `summary`). */
  received: z.number().int(),
  expected: z.number().int(),
  /** Epoch ms since when the server has not been reached; null while it is. */
  offlineSince: z.number().nullable(),
  /** Epoch ms of the last time that every shape was up to date; null before the first. */
  upToDateAt: z.number().nullable(),
  /** Edits made and not yet accepted. */
  pending: z.number().int(),
  /** Edits that the server refused and nobody resolved yet. */
  needsAttention: z.number().int(),
  /** Words for the user about the last trouble; null while there is none. */
  detail: z.string().nullable(),
})
export type SyncStatus = z.infer<typeof syncStatus>
