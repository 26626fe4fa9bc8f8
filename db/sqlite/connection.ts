import { basename } from 'node:path'
import Database from 'better-sqlite3'
import { OutpostError } from '../../core/errors.ts'
import { fromSqlite } from './errors.ts'

export type Db = Database.Database
export type Statement<P extends unknown[] = unknown[], R = unknown> = Database.Statement<P, R>

/**
 * How hard a file tries to keep a commit: `full` survives a power cut (the outbox), `normal` survives a killed process
 * and may lose the last commits in a power cut (the replica, which can be fetched again).
 */
export type Durability = 'full' | 'normal'

export interface OpenOptions {
  readonly path: string
  /** 64 hex digits, used as the raw key: no key derivation. */
  readonly key: string
  readonly durability: Durability
  readonly readonly?: boolean
  /** How long a statement waits for another process' lock, milliseconds. */
  readonly busyTimeoutMs?: number
  /** Page cache, kibibytes. */
  readonly cacheKiB?: number
}

const KEY = /^[0-9a-f]{64}$/

/**
 * Opens an encrypted database with the product's pragmas: cipher, WAL, temporary data in memory only (index builds
 * spill plain text into temporary files otherwise).
 *
 * @throws OutpostError `key_missing` where the key does not fit, `database_damaged`, `file_unreadable`, `disk_full`
 */
export const openDatabase = (options: OpenOptions): Db => {
  if (!KEY.test(options.key)) throw new OutpostError('key_missing', 'The database key must be 64 hex digits')
  let db: Db | null = null
  try {
    db = new Database(options.path, {
      readonly: options.readonly ?? false,
      fileMustExist: options.readonly ?? false,
      timeout: options.busyTimeoutMs ?? 5_000,
    })
    db.pragma(`cipher = 'aegis'`)
    db.pragma(`key = 'raw:${options.key}'`)
    db.pragma('temp_store = MEMORY')
    db.pragma('trusted_schema = OFF')
    if (options.readonly) db.pragma('query_only = ON')
    else configureWriter(db, options.durability)
    db.pragma(`cache_size = -${options.cacheKiB ?? 8_192}`)
    db.pragma('user_version')
    return db
  } catch (thrown) {
    db?.close()
    throw fromSqlite(thrown, basename(options.path))
  }
}

const configureWriter = (db: Db, durability: Durability): void => {
  db.pragma('journal_mode = WAL')
  db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
  // Without it macOS acknowledges a flush that is still in the drive's cache; elsewhere SQLite ignores it.
  if (durability === 'full') db.pragma('fullfsync = ON')
}

/**
 * Runs `work` in one transaction that takes the write lock at once (BEGIN IMMEDIATE), so that a busy file is waited
 * for at the start instead of failing half way.
 *
 * @throws OutpostError for SQLite's failures; whatever `work` throws otherwise, after the rollback
 */
export const transact = <T>(db: Db, work: () => T): T => {
  try {
    return db.transaction(work).immediate()
  } catch (thrown) {
    throw fromSqlite(thrown, basename(db.name))
  }
}

/** A number that changes when another connection commits to the file (PRAGMA data_version). */
export const dataVersion = (db: Db): number => {
  const known = dataVersions.get(db) ?? db.prepare('pragma data_version').pluck()
  dataVersions.set(db, known)
  return Number(known.get())
}

/** Asked at every transaction: prepared once. */
const dataVersions = new WeakMap<Db, Database.Statement>()
