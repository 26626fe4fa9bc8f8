import { copyFileSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { OutpostError } from '../../core/errors.ts'
import { type Db, openDatabase } from '../../db/sqlite/connection.ts'
import { checkWhole, opensWith, saysDamage } from '../../db/sqlite/integrity.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { OUTBOX_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import type { DataDir } from './data-dir.ts'
import { placeDurably, setAside } from './durable-files.ts'
import { type IntactBackup, listBackups, newestIntact } from './outbox-backup.ts'

/** What a person may answer when the outbox is damaged. A backup can bring back edits that were discarded since. */
export type Recovery = 'from_backup' | 'start_empty'

/** What a recovery did. */
export interface Recovered {
  /** Where the damaged file lies now. */
  readonly setAside: string
  readonly restored: IntactBackup | null
}

/** Opens outbox.db at its newest schema; makes it where there is none. */
export const openOutbox = (path: string, key: string): Db => {
  const db = openDatabase({ path, key, durability: 'full' })
  try {
    migrate(db, OUTBOX_MIGRATIONS)
    return db
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

/**
 * Opens the outbox as its owner, who has read every page of it first (rule L-6). Never touches a file that cannot be
 * read.
 *
 * @throws OutpostError `outbox_damaged` with the newest intact backup in its context, `key_missing`,
 *   `database_from_future`
 */
export const openOwnOutbox = (dir: DataDir, key: string): Db => {
  if (isLost(dir)) throw damaged(dir, key)
  try {
    const db = openOutbox(dir.outbox, key)
    try {
      checkWhole(db)
      return db
    } catch (thrown) {
      db.close()
      throw thrown
    }
  } catch (thrown) {
    if (!(thrown instanceof OutpostError) || !saysDamage(thrown.error)) throw thrown
    if (thrown.error.code === 'key_missing' && !keyFits(dir, key)) throw thrown
    throw damaged(dir, key, thrown)
  }
}

/**
 * Sets the damaged outbox aside and puts the newest intact backup, or nothing, in its place.
 *
 * @throws OutpostError `outbox_damaged` where a backup is wanted and none is intact
 */
export const recoverOutbox = (dir: DataDir, key: string, how: Recovery, now: number): Recovered => {
  const backup = how === 'from_backup' ? newestIntact(dir, key) : null
  if (how === 'from_backup' && !backup) throw damaged(dir, key)
  const part = join(dir.root, 'outbox.backup-part')
  if (backup) copyFileSync(backup.path, part)
  const aside = setAside(dir.outbox, now)
  if (backup) placeDurably(part, dir.outbox)
  else openOutbox(dir.outbox, key).close()
  return { setAside: aside, restored: backup }
}

/** A file that was there and holds nothing, or is gone while its backups are here. SQLite would begin a new one. */
const isLost = (dir: DataDir): boolean => {
  if (!existsSync(dir.outbox)) return listBackups(dir).length > 0
  return statSync(dir.outbox).size === 0 && (existsSync(dir.replica) || listBackups(dir).length > 0)
}

/** The key opens another file of the directory: then it is the outbox that is wrong, and not the key. */
const keyFits = (dir: DataDir, key: string): boolean =>
  [dir.replica, ...listBackups(dir).map(({ path }) => path)].some((path) => opensWith(path, key))

const damaged = (dir: DataDir, key: string, cause?: unknown): OutpostError => {
  const backup = newestIntact(dir, key)
  return new OutpostError(
    'outbox_damaged',
    undefined,
    { file: 'outbox.db', backupAt: backup?.at ?? null, backupUnsent: backup?.unsent ?? null },
    cause,
  )
}
