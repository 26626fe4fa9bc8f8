import { mkdirSync, unwatchFile, watchFile, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

let held: DatabaseSync | undefined

const messagePath = (folder: string) => join(folder, 'second-instance.json')

/**
 * Takes the lock of a data folder: an exclusive SQLite lock, which the operating system lets go however the process ends.
 * False when another process holds it; that one is told, through a file beside the lock.
 */
export function takeInstanceLock(folder: string, onSecond: () => void): boolean {
  if (held) return true
  mkdirSync(folder, { recursive: true })
  const lock = new DatabaseSync(join(folder, 'instance.lock'))
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch {
    lock.close()
    writeFileSync(messagePath(folder), JSON.stringify({ args: process.argv, at: Date.now() }))
    return false
  }
  held = lock
  watchFile(messagePath(folder), { interval: 500, persistent: false }, (now, before) => {
    if (now.mtimeMs > before.mtimeMs) onSecond()
  })
  return true
}

/** Gives the lock up. */
export function releaseInstanceLock(folder: string): void {
  unwatchFile(messagePath(folder))
  held?.close()
  held = undefined
}

/** Whether this process holds the lock. */
export function holdsInstanceLock(): boolean {
  return held !== undefined
}
