import { basename } from 'node:path'
import { type AppError, OutpostError } from '../../core/errors.ts'
import { type Db, openDatabase } from './connection.ts'
import { fromSqlite } from './errors.ts'

/** Result codes that say that what the file holds is wrong; a disk that cannot be read just now says something else. */
const DAMAGE = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_IOERR_SHORT_READ', 'SQLITE_IOERR_DATA', 'SQLITE_FORMAT']

/** The failure says that the file's contents are damaged (or, for NOTADB, that the key is another file's). */
export const saysDamage = ({ context }: AppError): boolean =>
  DAMAGE.some((code) => String(context?.['sqlite'] ?? '').startsWith(code))

/**
 * Reads every page of a file (about a millisecond a megabyte).
 *
 * @throws OutpostError `database_damaged`
 */
export const checkWhole = (db: Db): void => {
  const file = basename(db.name)
  let found: unknown
  try {
    found = db.pragma('quick_check(1)', { simple: true })
  } catch (thrown) {
    throw fromSqlite(thrown, file)
  }
  if (found !== 'ok') throw new OutpostError('database_damaged', undefined, { file, sqlite: 'SQLITE_CORRUPT' })
}

/** The file is there and opens with this key. */
export const opensWith = (path: string, key: string): boolean => {
  try {
    openDatabase({ path, key, durability: 'normal', readonly: true }).close()
    return true
  } catch {
    return false
  }
}

/**
 * Writes the committed contents of an open database into a new file under the same key. SQLite leaves the flushing to
 * the caller.
 */
export const copyInto = (db: Db, path: string): void => {
  try {
    db.prepare('vacuum into ?').run(path)
  } catch (thrown) {
    throw fromSqlite(thrown, basename(path))
  }
}
