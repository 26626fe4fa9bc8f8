import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'

const PIECE_BYTES = 512 * 1024
/** Buffers that no file is being read into: a new one for each piece would keep the garbage collector busy. */
const spare: Buffer[] = []
const MOST_SPARE = 8

const written = (to: Writable, piece: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    to.write(piece, (error) => (error ? reject(error) : resolve()))
  })

/**
 * Writes a file's bytes, reading the next piece while one is on its way out.
 *
 * @throws when the file can't be read or the other side left
 */
export async function sendFile(path: string, to: Writable): Promise<void> {
  const file = await open(path)
  const buffers = [spare.pop() ?? Buffer.alloc(PIECE_BYTES), spare.pop() ?? Buffer.alloc(PIECE_BYTES)] as const
  let onItsWay: Promise<void> = Promise.resolve()
  try {
    for (let turn = 0; ; turn++) {
      const buffer = buffers[turn % 2 === 0 ? 0 : 1]
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES)
      await onItsWay
      if (bytesRead === 0) break
      onItsWay = written(to, buffer.subarray(0, bytesRead))
      onItsWay.catch(() => {})
    }
    if (spare.length < MOST_SPARE) spare.push(...buffers)
  } finally {
    await file.close()
  }
}
