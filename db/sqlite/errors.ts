import { type ErrorCode, OutpostError } from '../../core/errors.ts'

/** SQLite result codes (https://www.sqlite.org/rescode.html), by prefix, and what each means to the product. */
const CODES: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['SQLITE_NOTADB', 'key_missing'],
  ['SQLITE_CORRUPT', 'database_damaged'],
  ['SQLITE_FULL', 'disk_full'],
  ['SQLITE_IOERR_SHORT_READ', 'database_damaged'],
  ['SQLITE_IOERR_DATA', 'database_damaged'],
  ['SQLITE_IOERR', 'disk_failing'],
  ['SQLITE_CANTOPEN', 'file_unreadable'],
  ['SQLITE_READONLY', 'disk_read_only'],
  ['SQLITE_PERM', 'file_unreadable'],
  ['SQLITE_BUSY', 'server_busy'],
  ['SQLITE_LOCKED', 'server_busy'],
]

/** The SQLite result code of a thrown value, e.g. `SQLITE_FULL`; null where it is not SQLite's. */
export const sqliteCode = (thrown: unknown): string | null => {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null
  return typeof thrown.code === 'string' && thrown.code.startsWith('SQLITE_') ? thrown.code : null
}

/** SQLite's failure as the product's error; anything else comes back as it is. */
export const fromSqlite = (thrown: unknown, file: string): unknown => {
  const code = sqliteCode(thrown)
  if (code === null) return thrown
  const known = CODES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'internal'
  const message = known === 'server_busy' ? 'A local database file is busy.' : undefined
  return new OutpostError(known, message, { file, sqlite: code }, thrown)
}
