import { closeSync, fstatSync, fsync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { compareOffsets, type Offset } from '../offset.ts'
import { decodeFrame, type Frame, frameBytes } from './frame.ts'

const WINDOW_BYTES = 1024 * 1024
const INDEX_EVERY_BYTES = 64 * 1024

/** One file of a shape's log. Its sparse index (an entry every 64 KB) lives in memory. */
export class Segment {
  readonly number: number
  readonly file: string
  size: number
  last: Offset | null = null
  #index: { readonly offset: Offset; readonly position: number }[] = []
  #dirty = false
  #closed = false
  readonly #fd: number

  constructor(dir: string, number: number) {
    this.number = number
    this.file = path.join(dir, `log-${String(number).padStart(8, '0')}.bin`)
    this.#fd = openSync(this.file, 'a+', 0o600)
    this.size = fstatSync(this.#fd).size
  }

  /**
   * Reads the whole file at start and builds the index. `readable` is where the sound frames end, `committed` where the
   * last complete transaction does (0 = nowhere).
   */
  recover(): { readonly committed: number; readonly readable: number } {
    let committed = 0
    let readable = 0
    for (const { frame, position, length } of this.frames(0, true)) {
      this.#note(frame.offset, position)
      readable = position + length
      if (frame.last) committed = readable
    }
    return { committed, readable }
  }

  #note(offset: Offset, position: number): void {
    const newest = this.#index.at(-1)
    if (!newest || position - newest.position >= INDEX_EVERY_BYTES) this.#index.push({ offset, position })
    this.last = offset
  }

  /** Appends encoded frames; the offsets are theirs, in order. */
  append(frames: readonly { readonly bytes: Buffer; readonly offset: Offset }[]): void {
    let position = this.size
    for (const { bytes, offset } of frames) {
      this.#note(offset, position)
      position += bytes.length
    }
    writeSync(this.#fd, Buffer.concat(frames.map(({ bytes }) => bytes)))
    this.size = position
    this.#dirty = true
  }

  /** Forgets everything from `size` on. */
  truncate(size: number): void {
    ftruncateSync(this.#fd, size)
    this.size = size
    this.#index = []
    this.last = null
    this.#dirty = true
    this.recover()
  }

  *frames(from: number, verify = false): Generator<{ frame: Frame; position: number; length: number }> {
    let start = from
    while (start < this.size) {
      const window = this.#read(start, WINDOW_BYTES)
      let position = 0
      for (let frame = decodeFrame(window, 0, verify); frame; frame = decodeFrame(window, position, verify)) {
        const length = frameBytes(window, position) ?? 0
        yield { frame, position: start + position, length }
        position += length
      }
      if (position === 0) {
        const length = frameBytes(window, 0)
        if (length === null || length <= window.length || start + length > this.size) return
        const whole = this.#read(start, length)
        const frame = decodeFrame(whole, 0, verify)
        if (!frame) return
        yield { frame, position: start, length }
        position = length
      }
      start += position
    }
  }

  /** Where to start reading for what comes after `offset`. */
  positionAfter(offset: Offset): number {
    let low = 0
    let high = this.#index.length
    while (low < high) {
      const middle = (low + high) >> 1
      const entry = this.#index[middle]
      if (entry && compareOffsets(entry.offset, offset) <= 0) low = middle + 1
      else high = middle
    }
    return this.#index[low - 1]?.position ?? 0
  }

  #read(start: number, wanted: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.min(wanted, this.size - start))
    return bytes.subarray(0, readSync(this.#fd, bytes, 0, bytes.length, start))
  }

  async sync(): Promise<void> {
    if (!this.#dirty || this.#closed) return
    this.#dirty = false
    try {
      await promisify(fsync)(this.#fd)
    } catch (error) {
      if (this.#closed) return
      this.#dirty = true
      throw error
    }
  }

  close(): void {
    this.#closed = true
    closeSync(this.#fd)
  }

  remove(): void {
    this.close()
    rmSync(this.file, { force: true })
  }
}
