import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import path from 'node:path'

/** Makes a folder's entries (new and renamed files) survive a power cut; Windows has no such call and needs none. */
export function syncDir(dir: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(dir, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Replaces a small file: afterwards it holds the old text or the new one, on disk. */
export function writeDurably(file: string, text: string): void {
  const partial = `${file}.new`
  const fd = openSync(partial, 'w', 0o600)
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(partial, file)
  syncDir(path.dirname(file))
}

/** As `writeDurably`, without holding up the event loop. Not for two writers of one file at a time. */
export async function writeDurablyAsync(file: string, text: string): Promise<void> {
  const partial = `${file}.new`
  await using handle = await open(partial, 'w', 0o600)
  await handle.writeFile(text)
  await handle.sync()
  await rename(partial, file)
  if (process.platform === 'win32') return
  await using dir = await open(path.dirname(file), 'r')
  await dir.sync()
}
