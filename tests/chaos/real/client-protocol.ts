import type { SyncMethod } from '../../../core/protocol/window-api.ts'

/** What the harness asks of a client process. */
export type ClientRequest =
  | { readonly t: 'call'; readonly method: SyncMethod; readonly params: unknown }
  | { readonly t: 'state' }
  | { readonly t: 'token'; readonly token: string }
  | { readonly t: 'wake' }
  | { readonly t: 'jump'; readonly byMs: number }
  /** The outbox may not grow any more, or may again. */
  | { readonly t: 'full'; readonly on: boolean }
  | { readonly t: 'verify' }
  | { readonly t: 'stop' }

export interface ClientStart {
  readonly gateway: string
  readonly workspace: string
  readonly dataDir: string
  readonly token: string
  readonly key: string
  readonly skewMs: number
  readonly capMs: number
}

export interface ClientState {
  readonly drained: boolean
  readonly caughtUp: boolean
  /** Edits that wait to be sent, those that a refused one holds included. */
  readonly pending: number
  /** Writes that the full disk refused. */
  readonly full: number
}
