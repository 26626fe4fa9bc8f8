import type { Row } from '../model/field.ts'
import type { OpenEdit } from './open-edit.ts'

/** How long the echo of an accepted edit is waited for before one non-live request decides, milliseconds (rule W-14). */
export const ECHO_WAIT_MS = 2_000

export interface Echo {
  /** The replica's row now. */
  readonly row: Row | null
  /** The replica holds the whole shape. */
  readonly complete: boolean
  /** A request that began after the acceptance has come to the end of the log. */
  readonly refreshed: boolean
}

/**
 * May an accepted edit leave the outbox (rule W-14)? When the replica's version has reached the answer's, when the row
 * is gone as the answer said, or when a request made for it has decided. A row that is not here though the answer put it
 * in this client's shard is still on its way back. The replica has committed before this is asked.
 */
export const settles = (open: OpenEdit, echo: Echo): boolean => {
  if (open.state !== 'accepted' || open.answer?.status !== 'accepted') return false
  if (echo.refreshed) return true
  const reached = echo.row !== null && echo.row.version >= open.answer.version
  const gone = echo.complete && echo.row === null
  return reached || (gone && !open.answer.inShard)
}
