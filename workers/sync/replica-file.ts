import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { type ErrorCode, OutpostError } from '../../core/errors.ts'
import { ENTITY_NAMES } from '../../core/model/entities.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { fromSqlite } from '../../db/sqlite/errors.ts'
import { saysDamage } from '../../db/sqlite/integrity.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import { REPLICA_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { dropAsides, setAside } from './durable-files.ts'

const marker = (path: string): string => `${path}.damaged`

/** Remembers that damage was met while the replica was in use: the next start sets it aside (rule L-2). */
export const markDamaged = (path: string): void => writeFileSync(marker(path), '')

/**
 * Makes sure that replica.db can be opened, has the current schema and the model's columns. One that cannot, or that was
 * found damaged, is set aside under another name, never overwritten, and a new one begins. Only the last one set aside
 * is kept: everything in it can be fetched again.
 *
 * @returns why the old file was set aside; null where it was not
 */
export const prepareReplica = (path: string, key: string, now: number): ErrorCode | null => {
  const reason = unusable(path, key)
  if (reason === null) return null
  dropAsides(path)
  setAside(path, now)
  rmSync(marker(path), { force: true })
  check(path, key)
  return reason
}

const unusable = (path: string, key: string): ErrorCode | null => {
  if (existsSync(marker(path))) return 'replica_damaged'
  // A log whose database is gone belongs to nothing.
  if (!existsSync(path) && existsSync(`${path}-wal`)) return 'replica_damaged'
  try {
    return check(path, key) ? null : 'database_from_future'
  } catch (thrown) {
    if (!(thrown instanceof OutpostError)) throw thrown
    const { error } = thrown
    if (error.code === 'database_from_future' || saysDamage(error)) return error.code
    throw thrown
  }
}

const check = (path: string, key: string): boolean => {
  const db = openDatabase({ path, key, durability: 'normal' })
  try {
    migrate(db, REPLICA_MIGRATIONS)
    const reads = new ReplicaReads(db)
    for (const entity of ENTITY_NAMES) reads.shape(entity)
    return reads.fitsModel()
  } catch (thrown) {
    throw fromSqlite(thrown, 'replica.db')
  } finally {
    db.close()
  }
}
