import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { EditInput } from '../../core/protocol/edit.ts'
import type { SyncProcess } from '../world/sync-process.ts'

const EVERY_MS = 50

/**
 * Makes edits at 20 a second, whether or not the one before is answered, for as long as `more` holds.
 *
 * @returns milliseconds from each call to its answer
 */
export const commitTimes = async (
  sync: SyncProcess,
  edits: Iterator<EditInput>,
  more: (made: number) => boolean,
): Promise<readonly number[]> => {
  const times: number[] = []
  const open = new Set<Promise<void>>()
  const startedMs = performance.now()
  for (let made = 0; more(made); made++) {
    const waitMs = startedMs + made * EVERY_MS - performance.now()
    if (waitMs > 0) await pause(waitMs)
    const edit = edits.next()
    if (edit.done) break
    const calledMs = performance.now()
    const answered = sync.call('edits.submit', { edits: [edit.value] }).then(() => {
      times.push(performance.now() - calledMs)
      open.delete(answered)
    })
    open.add(answered)
  }
  await Promise.all(open)
  return times
}

/** What a folder's disk takes for 4 KiB appended and flushed, milliseconds each. */
export const flushTimes = async (folder: string, count: number): Promise<readonly number[]> => {
  const file = path.join(folder, 'flush')
  const page = Buffer.alloc(4_096, 1)
  const fd = openSync(file, 'w')
  const times: number[] = []
  for (let n = 0; n < count; n++) {
    await pause(5)
    const startedMs = performance.now()
    writeSync(fd, page)
    fdatasyncSync(fd)
    times.push(performance.now() - startedMs)
  }
  closeSync(fd)
  rmSync(file)
  return times
}
