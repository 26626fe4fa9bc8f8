import type { Clock } from '../../core/clock.ts'
import { type AppError, toAppError } from '../../core/errors.ts'
import { fromSqlite } from '../../db/sqlite/errors.ts'
import { every } from './every.ts'

/** How often this computer's side is looked at, milliseconds. */
const POLL_MS = 250

export interface LocalWatchDeps {
  readonly clock: Clock
  /** Takes in what other processes committed to the outbox. */
  readonly refresh: () => void
  /** Answers why the files that are open are not the folder's any more; null while they are. */
  readonly lost: () => AppError | null
  readonly onClockSetBack: () => void
  /** The process has to start again. Told once, at the end of watching. */
  readonly onLost: (error: AppError) => void
  /** A look failed; the next one comes all the same (rule S-4). */
  readonly onFailure: (error: AppError) => void
}

/** Watches for other processes' edits, files that are taken away and a wall clock set back; answers what ends it. */
export const watchLocal = (deps: LocalWatchDeps): (() => void) => {
  const { clock, refresh, lost, onClockSetBack, onLost, onFailure } = deps
  let lastAt = clock.now()
  const look = (): void => {
    const now = clock.now()
    if (now < lastAt) onClockSetBack()
    lastAt = now
    const reason = lost()
    if (reason === null) refresh()
    else {
      end()
      onLost(reason)
    }
  }
  const end = every(clock, POLL_MS, () => {
    try {
      look()
    } catch (thrown) {
      onFailure(toAppError(fromSqlite(thrown, 'outbox.db')))
    }
  })
  return end
}
