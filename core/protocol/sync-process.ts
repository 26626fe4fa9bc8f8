import { z } from 'zod'
import type { AppError } from '../errors.ts'
import type { Result } from '../result.ts'
import type { EventName, Events, SyncMethod } from './window-api.ts'

/** What the sync process needs to open a workspace: sent once by main (`start`) after the fork. */
export const syncConfig = z.strictObject({
  gateway: z.url(),
  workspace: z.uuid(),
  dataDir: z.string().min(1),
  /** 64 hex digits: the key of every database in `dataDir`. */
  databaseKey: z.string().regex(/^[0-9a-f]{64}$/),
  /** The member's JWT; null until signed in. */
  token: z.string().nullable(),
  logPath: z.string().nullable().default(null),
  /** The user's answer to `outbox_damaged`; does nothing where the outbox can be read. */
  recover: z.enum(['from_backup', 'start_empty']).optional(),
})
export type SyncConfig = z.infer<typeof syncConfig>

/** Main → sync process, over the utility process' own channel. `query-port` carries one MessagePort. */
export type ToSync =
  | { readonly t: 'start'; readonly config: SyncConfig }
  | { readonly t: 'call'; readonly id: number; readonly method: SyncMethod; readonly params: unknown }
  | { readonly t: 'query-port' }
  | { readonly t: 'token'; readonly token: string | null }
  /** The machine woke or the network came back: everything that waits is due now. */
  | { readonly t: 'wake' }
  /**
   * Stop, delete every file of the data directory, exit 0. Answered first; refused (`unsent_edits`) while more edits than
   * `unsent` did not reach the server.
   */
  | { readonly t: 'remove'; readonly id: number; readonly unsent: number }
  /** Finish what is being written, close every file, exit 0. */
  | { readonly t: 'stop' }

/** Sync process → main. */
export type FromSync =
  | { readonly t: 'ready' }
  | { readonly t: 'answer'; readonly id: number; readonly result: Result<unknown> }
  | { readonly [E in EventName]: { readonly t: 'event'; readonly event: E; readonly payload: Events[E] } }[EventName]
  | { readonly t: 'failed'; readonly error: AppError }
