import type { Value } from '../../../core/model/field.ts'
import { sortKey } from '../../../core/query/sort-key.ts'

const encoder = new TextEncoder()
// A text may begin with U+FEFF, which is no byte order mark here.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What `lengths` holds for null. */
export const NULL_LENGTH = 0xffff
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))
const ZERO = 48
const NINE = 57

/** No text holds NUL: the model refuses it. */
const SEPARATOR = 0
const SHARED = new Uint8Array(32 * 1024)

/** Longest text that is kept, in bytes of UTF-8. The model allows 500 characters, at most 1,500 bytes. */
export const MAX_TEXT_BYTES = 4_096

/**
 * Texts as UTF-8 in one growing arena, so that a million of them are no load on the garbage collector. A changed text is
 * appended; the old bytes are dropped by `compact`.
 */
export class TextColumn {
  readonly kind = 'text'
  arena = new Uint8Array(64 * 1024)
  starts = new Uint32Array(0)
  lengths = new Uint16Array(0)
  private used = 0
  private wasted = 0

  get(row: number): string | null {
    const length = this.lengths[row] as number
    if (length === NULL_LENGTH) return null
    const start = this.starts[row] as number
    return decoder.decode(this.arena.subarray(start, start + length))
  }

  /** The texts of some rows: one decoding for all of them, since each has a price of its own. */
  getMany(rows: readonly number[]): (string | null)[] {
    let size = 0
    for (const row of rows) if (!this.isNull(row)) size += (this.lengths[row] as number) + 1
    const bytes = size <= SHARED.length ? SHARED : new Uint8Array(size)
    let used = 0
    for (const row of rows) {
      if (this.isNull(row)) continue
      const start = this.starts[row] as number
      const length = this.lengths[row] as number
      for (let i = 0; i < length; i++) bytes[used++] = this.arena[start + i] as number
      bytes[used++] = SEPARATOR
    }
    const texts = decoder.decode(bytes.subarray(0, used)).split('\0')
    let next = 0
    return rows.map((row) => (this.isNull(row) ? null : (texts[next++] as string)))
  }

  set(row: number, value: Value): void {
    const before = this.lengths[row] as number
    if (before !== NULL_LENGTH) this.wasted += before
    if (value === null) {
      this.lengths[row] = NULL_LENGTH
      return
    }
    if (this.used + MAX_TEXT_BYTES > this.arena.length) this.makeRoom()
    const { written } = encoder.encodeInto(String(value), this.arena.subarray(this.used, this.used + MAX_TEXT_BYTES))
    this.starts[row] = this.used
    this.lengths[row] = written
    this.used += written
  }

  /** Writes the sort key of a text that is not null into `out` as UTF-8, whose byte order is code-point order; answers its length. */
  keyInto(row: number, out: Uint8Array): number {
    const start = this.starts[row] as number
    const end = start + (this.lengths[row] as number)
    const { arena } = this
    let at = 0
    for (let i = start; i < end; ) {
      const byte = arena[i] as number
      if (byte > 127) return encoder.encodeInto(sortKey(this.get(row) ?? ''), out).written
      if (byte < ZERO || byte > NINE) {
        out[at++] = LOWER[byte] as number
        i++
        continue
      }
      let runEnd = i
      while (runEnd < end && (arena[runEnd] as number) >= ZERO && (arena[runEnd] as number) <= NINE) runEnd++
      while (i < runEnd - 1 && arena[i] === ZERO) i++
      out[at++] = 48 + Math.min(runEnd - i, 78)
      while (i < runEnd) out[at++] = arena[i++] as number
    }
    return at
  }

  /** Code-point order of the texts themselves; neither is null. */
  compareRaw(a: number, b: number): number {
    return compareBytes(
      this.arena,
      this.starts[a] as number,
      this.lengths[a] as number,
      this.arena,
      this.starts[b] as number,
      this.lengths[b] as number,
    )
  }

  isNull(row: number): boolean {
    return this.lengths[row] === NULL_LENGTH
  }

  same(a: number, b: number): boolean {
    return this.lengths[a] === this.lengths[b] && (this.isNull(a) || this.compareRaw(a, b) === 0)
  }

  move(from: number, to: number): void {
    const before = this.lengths[to] as number
    if (before !== NULL_LENGTH) this.wasted += before
    this.starts[to] = this.starts[from] as number
    this.lengths[to] = this.lengths[from] as number
    this.lengths[from] = NULL_LENGTH
  }

  get room(): number {
    return this.starts.length
  }

  fit(capacity: number): void {
    const starts = new Uint32Array(capacity)
    starts.set(this.starts.subarray(0, capacity))
    const lengths = new Uint16Array(capacity).fill(NULL_LENGTH, this.lengths.length)
    lengths.set(this.lengths.subarray(0, capacity))
    this.starts = starts
    this.lengths = lengths
  }

  /** The texts' bytes, dropped ones among them. */
  bytesUsed(): Uint8Array<ArrayBuffer> {
    return this.arena.subarray(0, this.used)
  }

  /** Takes another column's texts in place of its own nothing. */
  adopt(arena: Uint8Array<ArrayBuffer>, starts: Uint32Array<ArrayBuffer>, lengths: Uint16Array<ArrayBuffer>): void {
    this.arena = arena
    this.starts = starts
    this.lengths = lengths
    this.used = arena.length
    let live = 0
    for (const length of lengths) if (length !== NULL_LENGTH) live += length
    this.wasted = Math.max(0, arena.length - live)
  }

  /** Bytes of offsets; the texts themselves are `textBytes`. */
  bytes(): number {
    return this.starts.byteLength + this.lengths.byteLength
  }
  textBytes(): number {
    return this.arena.byteLength
  }

  /** Widens the arena, or drops the bytes of texts that changed since where they are a quarter of it. */
  private makeRoom(): void {
    const compact = this.wasted * 4 >= this.used
    const kept = compact ? this.used - this.wasted : this.used
    const roomy = new Uint8Array(Math.ceil(kept * 1.25) + 16 * MAX_TEXT_BYTES)
    if (compact) this.compactInto(roomy)
    else roomy.set(this.arena.subarray(0, this.used))
    this.arena = roomy
  }

  private compactInto(arena: Uint8Array): void {
    let at = 0
    for (let row = 0; row < this.lengths.length; row++) {
      const length = this.lengths[row] as number
      if (length === NULL_LENGTH || length === 0) continue
      const start = this.starts[row] as number
      arena.set(this.arena.subarray(start, start + length), at)
      this.starts[row] = at
      at += length
    }
    this.used = at
    this.wasted = 0
  }
}

/** Compares two byte ranges as unsigned bytes; a prefix comes first. */
export const compareBytes = (
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
): number => {
  const shared = Math.min(aLength, bLength)
  for (let i = 0; i < shared; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number)
    if (difference !== 0) return difference
  }
  return aLength - bLength
}
