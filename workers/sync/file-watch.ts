import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { type AppError, appError } from '../../core/errors.ts'
import type { Db } from '../../db/sqlite/connection.ts'
import { copyInto } from '../../db/sqlite/integrity.ts'
import type { DataDir } from './data-dir.ts'
import { placeDurably } from './durable-files.ts'

const identity = (path: string): bigint | null => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null

type Log = (message: string, context: Record<string, unknown>) => void

/**
 * Looks whether a file is no longer the one that is open: somebody removed or replaced it, and what is written now
 * would be gone at the end (systems where an open file cannot be removed never get there). The outbox is written anew
 * first (rule L-7).
 *
 * @returns looks once; answers why the process has to start again, null while all is well
 */
export const guardFiles = (dir: DataDir, outboxDb: Db, clock: Clock, log: Log): (() => AppError | null) => {
  const [replica, outbox] = [identity(dir.replica), identity(dir.outbox)]
  return () => {
    if (identity(dir.outbox) !== outbox)
      try {
        log('outbox rescued', { to: rescueOutbox(dir, outboxDb, clock.now()) })
        return appError('outbox_moved')
      } catch (error) {
        // A full disk: what is open stays open, and is tried again.
        log('outbox not rescued', { error: String(error) })
        return null
      }
    return identity(dir.replica) === replica ? null : appError('replica_damaged')
  }
}

/**
 * Writes the outbox that is still open to where it was. Where another file has taken its place, the edits go into a
 * backup beside it.
 *
 * @param now epoch ms
 * @returns where it lies now
 */
const rescueOutbox = (dir: DataDir, db: Db, now: number): string => {
  const path = identity(dir.outbox) === null ? dir.outbox : join(dir.root, `outbox.backup-${now}.db`)
  const part = `${path}.part-${now}`
  copyInto(db, part)
  placeDurably(part, path)
  return path
}
