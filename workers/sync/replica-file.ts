import { type ErrorCode, OutpostError } from '../../core/errors.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import { REPLICA_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { setAside } from './durable-files.ts'

/** What makes a replica unusable without losing anything: everything in it can be fetched again. */
const REFETCHED: readonly ErrorCode[] = ['key_missing', 'database_damaged', 'database_from_future']

/**
 * Makes sure that replica.db can be opened, has the current schema and the model's columns. One that cannot is set
 * aside under another name, never overwritten, and a new one begins.
 *
 * @returns why the old file was set aside; null where it was not
 */
export const prepareReplica = (path: string, key: string, now: number): ErrorCode | null => {
  try {
    if (check(path, key)) return null
    setAside(path, now)
    check(path, key)
    return 'database_from_future'
  } catch (thrown) {
    if (!(thrown instanceof OutpostError) || !REFETCHED.includes(thrown.error.code)) throw thrown
    setAside(path, now)
    check(path, key)
    return thrown.error.code
  }
}

const check = (path: string, key: string): boolean => {
  const db = openDatabase({ path, key, durability: 'normal' })
  try {
    migrate(db, REPLICA_MIGRATIONS)
    return new ReplicaReads(db).fitsModel()
  } finally {
    db.close()
  }
}
