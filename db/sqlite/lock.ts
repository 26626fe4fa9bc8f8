import { OutpostError } from '../../core/errors.ts'
import { openDatabase } from './connection.ts'

/**
 * Takes the exclusive lock of a data directory: a write transaction on `lock.db` that stays open. The operating system
 * drops it with the process, however that ends.
 *
 * @returns releases the lock
 * @throws OutpostError `already_running` where another process holds it
 */
export const takeLock = (path: string, key: string): (() => void) => {
  const db = openDatabase({ path, key, durability: 'normal', busyTimeoutMs: 250 })
  try {
    db.exec('begin exclusive')
  } catch (thrown) {
    db.close()
    throw new OutpostError('already_running', undefined, undefined, thrown)
  }
  return () => db.close()
}
