import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const flush = (path: string): void => {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Puts a finished file in place so that a power cut leaves the old one or the new one, whole. */
export const placeDurably = (from: string, to: string): void => {
  flush(from)
  renameSync(from, to)
  // Windows flushes the folder with the file and lets nobody open it.
  if (process.platform === 'win32') return
  const folder = openSync(dirname(to), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Renames a database and what belongs to it, never over another; answers its new name. */
export const setAside = (path: string, now: number): string => {
  let at = now
  while (existsSync(`${path}.aside-${at}`)) at++
  const aside = `${path}.aside-${at}`
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  return aside
}

/** Removes what was set aside of a file before. */
export const dropAsides = (path: string): void => {
  const prefix = `${basename(path)}.aside-`
  for (const name of readdirSync(dirname(path))) if (name.startsWith(prefix)) rmSync(join(dirname(path), name))
}
