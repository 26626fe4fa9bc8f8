import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { checkWhole, copyInto } from '../../db/sqlite/integrity.ts'
import { OutboxStore } from '../../db/sqlite/outbox-store.ts'
import type { DataDir } from './data-dir.ts'
import { placeDurably } from './durable-files.ts'

/** Backups that stay. */
const KEPT = 2
const NAME = /^outbox\.backup-(\d+)\.db$/

/** A copy of the outbox. */
export interface Backup {
  readonly path: string
  /** When it was made, epoch ms. */
  readonly at: number
}

/** An intact copy, and what it holds. */
export interface IntactBackup extends Backup {
  /** Edits in it that were not accepted yet. */
  readonly unsent: number
}

type Place = Pick<DataDir, 'root' | 'outbox'>

/** The backups of a data directory, the newest first; whether they are intact is not looked at. */
export const listBackups = ({ root }: Pick<DataDir, 'root'>): readonly Backup[] =>
  readdirSync(root)
    .flatMap((name) => {
      const at = NAME.exec(name)?.[1]
      return at === undefined ? [] : [{ path: join(root, name), at: Number(at) }]
    })
    .sort((a, b) => b.at - a.at)

/** The newest backup that can be read whole with this key; null where there is none. */
export const newestIntact = (dir: Pick<DataDir, 'root'>, key: string): IntactBackup | null => {
  for (const backup of listBackups(dir)) {
    const unsent = unsentIn(backup.path, key)
    if (unsent !== null) return { ...backup, unsent }
  }
  return null
}

/**
 * Copies the outbox beside it (rule L-5): checked and flushed before it gets its name, and the newest two intact ones
 * stay.
 *
 * @param now epoch ms
 */
export const backUp = (dir: Place, key: string, now: number): Backup => {
  const [newest] = listBackups(dir)
  // A clock that was set back must not make the new one look older than what it replaces.
  const at = Math.max(now, (newest?.at ?? 0) + 1)
  const path = join(dir.root, `outbox.backup-${at}.db`)
  const part = join(dir.root, 'outbox.backup-part')
  rmSync(part, { force: true })
  const db = openDatabase({ path: dir.outbox, key, durability: 'full' })
  try {
    copyInto(db, part)
  } finally {
    db.close()
  }
  if (unsentIn(part, key) === null) throw new Error('The copy of the outbox cannot be read back')
  placeDurably(part, path)
  prune(dir, key)
  return { path, at }
}

const prune = (dir: Place, key: string): void => {
  let kept = 0
  for (const { path } of listBackups(dir))
    if (kept < KEPT && unsentIn(path, key) !== null) kept++
    else rmSync(path, { force: true })
}

const unsentIn = (path: string, key: string): number | null => {
  if (!existsSync(path)) return null
  try {
    const db = openDatabase({ path, key, durability: 'normal', readonly: true })
    try {
      checkWhole(db)
      return new OutboxStore(db).unsent()
    } finally {
      db.close()
    }
  } catch {
    return null
  }
}
