import { readdirSync } from 'node:fs'
import { BEFORE_LOG, compareOffsets, type Offset } from '../offset.ts'
import { encodeFrame } from './frame.ts'
import { Segment } from './segment.ts'

/** What a transaction added: the messages joined by commas, or `null` when it was too large to keep in memory. */
export type Committed = { readonly from: Offset; readonly last: Offset; readonly body: Buffer | null }
export type LogRead = { readonly messages: Buffer[]; readonly last: Offset; readonly more: boolean }

const FLUSH_BYTES = 1024 * 1024
const SEGMENTS = 8
const MIN_SEGMENT_BYTES = 64 * 1024

/**
 * The change log of one shape: files in a folder, appended to a transaction at a time. Only whole transactions are ever
 * read; a half-written one is cut off at start. When the files outgrow `maxBytes`, the oldest go.
 */
export class ShapeLog {
  readonly #dir: string
  readonly #maxBytes: number
  #segments: Segment[]
  #pending: { bytes: Buffer; offset: Offset }[] = []
  #pendingBytes = 0
  #inTransaction: { segment: number; size: number; last: Offset; texts: Buffer[] | null } | null = null
  /** The last message of a complete transaction. */
  last: Offset = BEFORE_LOG
  closed = false

  /** Opens the log in a folder. Throws when a file other than the newest is damaged. */
  constructor(dir: string, maxBytes: number) {
    this.#dir = dir
    this.#maxBytes = maxBytes
    const numbers = readdirSync(dir).flatMap((file) => /^log-(\d+)\.bin$/.exec(file)?.[1] ?? [])
    this.#segments = numbers.sort().map((number) => new Segment(dir, Number(number)))
    this.#recover()
    if (this.#segments.length === 0) this.#segments = [new Segment(dir, 0)]
    this.last = this.#active.last ?? BEFORE_LOG
  }

  get #active(): Segment {
    const segment = this.#segments.at(-1)
    if (!segment) throw new Error('shape log has no segment')
    return segment
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size, 0)
  }

  #recover(): void {
    const ends = this.#segments.map((segment) => segment.recover())
    const complete = ends.findLastIndex(({ committed }) => committed > 0)
    for (const [index, segment] of this.#segments.entries()) {
      if (index < complete && (ends[index]?.readable ?? 0) < segment.size) throw new Error(`damaged: ${segment.file}`)
    }
    for (const segment of this.#segments.splice(complete + 1)) segment.remove()
    const newest = this.#segments.at(-1)
    const end = ends[complete]?.committed ?? 0
    if (newest && newest.size > end) newest.truncate(end)
  }

  /** Adds a message of the running transaction; nobody reads it before `commit`. */
  append(offset: Offset, json: Buffer, isLast: boolean): void {
    this.#inTransaction ??= { segment: this.#active.number, size: this.#active.size, last: this.last, texts: [] }
    this.#pending.push({ bytes: encodeFrame({ offset, last: isLast, json }), offset })
    this.#pendingBytes += json.length
    this.#inTransaction.texts?.push(json)
    this.last = isLast ? offset : this.last
    if (this.#pendingBytes > FLUSH_BYTES) {
      this.#inTransaction.texts = null
      this.#flush()
    }
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    const segmentBytes = Math.max(this.#maxBytes / SEGMENTS, MIN_SEGMENT_BYTES)
    if (this.#active.size >= segmentBytes) this.#segments.push(new Segment(this.#dir, this.#active.number + 1))
    this.#active.append(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
  }

  /** Makes the transaction readable; `null` when it added nothing. The files may still be in the system's cache only. */
  commit(): Committed | null {
    const transaction = this.#inTransaction
    if (!transaction) return null
    this.#flush()
    this.#inTransaction = null
    const body = transaction.texts && joinByComma(transaction.texts)
    return { from: transaction.last, last: this.last, body }
  }

  /** Drops the running transaction: the stream broke, and will send it again. */
  rollback(): void {
    const transaction = this.#inTransaction
    if (!transaction) return
    this.#pending = []
    this.#pendingBytes = 0
    this.#inTransaction = null
    this.last = transaction.last
    while (this.#active.number > transaction.segment) this.#segments.pop()?.remove()
    if (this.#active.size > transaction.size) this.#active.truncate(transaction.size)
  }

  /** How many of the oldest files must go to keep the bound, and the last message that goes with them. */
  get surplus(): { readonly segments: number; readonly last: Offset } | null {
    let segments = 0
    let left = this.bytes
    while (left > this.#maxBytes && segments < this.#segments.length - 1) {
      left -= this.#segments[segments]?.size ?? 0
      segments += 1
    }
    const last = this.#segments[segments - 1]?.last
    return last ? { segments, last } : null
  }

  dropOldest(segments: number): void {
    for (const segment of this.#segments.splice(0, segments)) segment.remove()
  }

  /** Messages after `offset`, until they reach `maxBytes`. */
  read(offset: Offset, maxBytes: number): LogRead {
    const messages: Buffer[] = []
    let bytes = 0
    let last = offset
    if (compareOffsets(offset, this.last) >= 0) return { messages, last, more: false }
    for (const segment of this.#segments) {
      if (!segment.last || compareOffsets(segment.last, last) <= 0) continue
      for (const { frame } of segment.frames(segment.positionAfter(last))) {
        if (compareOffsets(frame.offset, last) <= 0) continue
        if (compareOffsets(frame.offset, this.last) > 0) return { messages, last, more: false }
        messages.push(Buffer.from(frame.json))
        bytes += frame.json.length
        last = frame.offset
        if (bytes >= maxBytes) return { messages, last, more: compareOffsets(last, this.last) < 0 }
      }
    }
    return { messages, last, more: false }
  }

  /** Resolves when everything committed so far is on disk. */
  async sync(): Promise<void> {
    await Promise.all(this.#segments.map((segment) => segment.sync()))
  }

  close(): void {
    this.closed = true
    for (const segment of this.#segments) segment.close()
  }
}

/** JSON texts as the inside of an array. */
export function joinByComma(texts: readonly Buffer[]): Buffer {
  const comma = Buffer.from(',')
  return Buffer.concat(texts.flatMap((text, index) => (index === 0 ? [text] : [comma, text])))
}
