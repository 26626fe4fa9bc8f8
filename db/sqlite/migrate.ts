import { basename } from 'node:path'
import { OutpostError } from '../../core/errors.ts'
import { type Db, transact } from './connection.ts'

/** One step of a schema. `version` is the file's `user_version` after it; they rise by one without gaps. */
export interface Migration {
  readonly version: number
  readonly name: string
  up(db: Db): void
}

/** The schema version of a file. */
export const schemaVersion = (db: Db): number => Number(db.pragma('user_version', { simple: true }))

/**
 * Brings a file to the last migration's schema, each step in its own transaction.
 *
 * @returns the versions that were applied
 * @throws OutpostError `database_from_future` where a newer build made the file
 */
export const migrate = (db: Db, migrations: readonly Migration[]): readonly number[] => {
  const newest = migrations.at(-1)?.version ?? 0
  const found = schemaVersion(db)
  if (found > newest)
    throw new OutpostError('database_from_future', undefined, { file: basename(db.name), found, newest })
  const applied: number[] = []
  for (const migration of migrations) {
    if (migration.version <= found) continue
    transact(db, () => {
      // Another process may have taken this step while this one waited for the lock.
      if (schemaVersion(db) >= migration.version) return
      migration.up(db)
      db.pragma(`user_version = ${migration.version}`)
      applied.push(migration.version)
    })
  }
  return applied
}
