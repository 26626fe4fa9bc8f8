import { type Bitmap, bitmapOf, hasBit, setBit } from '../store/bitmap.ts'
import type { RowKey } from './row-key.ts'
import { sortRows } from './sort-rows.ts'
import { View } from './view.ts'

/** `ranks` of a row that is not in the order, and of one that waits in the buffer. */
const ABSENT = -1
const BUFFERED = -2

/** Scattering single rows beats walking the whole permutation below one row in this many. */
const SPARSE = 6

/**
 * One sorted order of a table: a permutation that is only ever replaced whole, and a small sorted buffer of rows that
 * came or changed since. A changed row's old place is marked dead, so that the permutation stays searchable although the
 * values behind it moved on. `fold` merges the two without a comparison.
 */
export class Order {
  readonly keys: readonly RowKey[]
  /** Names of the columns that it depends on. */
  readonly columns: readonly string[]
  private main = new Uint32Array(0)
  private ranks = new Int32Array(0)
  private dead: Bitmap = bitmapOf(0)
  private deadCount = 0
  private buffer = new Uint32Array(0)
  /** Where in `main` each buffered row belongs: before the entry at this position. */
  private places = new Uint32Array(0)

  /** @param keys most significant first; the last must tell any two rows apart */
  constructor(keys: readonly RowKey[], columns: readonly string[]) {
    this.keys = keys
    this.columns = columns
  }

  readonly compare = (a: number, b: number): number => {
    for (const key of this.keys) {
      const order = key.compare(a, b)
      if (order !== 0) return order
    }
    return 0
  }

  /** Sorts these rows from scratch; the order held nothing before. */
  build(rows: Uint32Array<ArrayBuffer>, capacity: number): void {
    sortRows(
      rows,
      this.keys.flatMap((key) => key.digits(rows)),
      this.compare,
    )
    this.replaceMain(rows, capacity)
  }

  /** Rows that it holds. */
  get size(): number {
    return this.main.length - this.deadCount + this.buffer.length
  }

  /** Rows waiting to be folded in or out. */
  get buffered(): number {
    return this.buffer.length + this.deadCount
  }

  /** Takes rows out, before their values change. Rows that it does not hold are passed over. */
  remove(rows: readonly number[]): void {
    let fromBuffer = false
    for (const row of rows) {
      const rank = this.ranks[row] ?? ABSENT
      if (rank >= 0) {
        setBit(this.dead, rank)
        this.deadCount++
      } else if (rank === BUFFERED) fromBuffer = true
      else continue
      this.ranks[row] = ABSENT
    }
    if (!fromBuffer) return
    const kept: number[] = []
    for (let i = 0; i < this.buffer.length; i++) if (this.ranks[this.buffer[i] as number] === BUFFERED) kept.push(i)
    this.buffer = Uint32Array.from(kept, (i) => this.buffer[i] as number)
    this.places = Uint32Array.from(kept, (i) => this.places[i] as number)
  }

  /** Puts rows in by the values that they have now. None of them may be in it. */
  insert(rows: readonly number[], capacity: number): void {
    if (this.ranks.length < capacity) {
      const grown = new Int32Array(capacity).fill(ABSENT, this.ranks.length)
      grown.set(this.ranks)
      this.ranks = grown
    }
    if (rows.length === 0) return
    const added = Uint32Array.from(rows).sort(this.compare)
    const merged = new Uint32Array(this.buffer.length + added.length)
    const places = new Uint32Array(merged.length)
    let from = 0
    let at = 0
    for (const row of added) {
      while (from < this.buffer.length && this.compare(this.buffer[from] as number, row) < 0) {
        places[at] = this.places[from] as number
        merged[at++] = this.buffer[from++] as number
      }
      places[at] = this.placeOf(row)
      merged[at++] = row
      this.ranks[row] = BUFFERED
    }
    merged.set(this.buffer.subarray(from), at)
    places.set(this.places.subarray(from), at)
    this.buffer = merged
    this.places = places
  }

  /** Merges the buffer into the permutation. Rows that are not alive any more are let go. */
  fold(alive: Bitmap): void {
    if (this.buffered === 0) return
    const merged = new Uint32Array(this.main.length - this.deadCount + this.buffer.length)
    let at = 0
    let next = 0
    for (let position = 0; position <= this.main.length; position++) {
      while (next < this.buffer.length && this.places[next] === position) {
        const row = this.buffer[next++] as number
        if (hasBit(alive, row)) merged[at++] = row
        else this.ranks[row] = ABSENT
      }
      if (position === this.main.length || hasBit(this.dead, position)) continue
      const row = this.main[position] as number
      if (hasBit(alive, row)) merged[at++] = row
      else this.ranks[row] = ABSENT
    }
    this.replaceMain(merged.slice(0, at), this.ranks.length)
  }

  /** The rows of a set in this order. */
  view(rows: Bitmap, count: number): View {
    const positions = count * SPARSE < this.main.length ? this.scatter(rows) : this.gather(rows)
    const found: number[] = []
    for (let i = 0; i < this.buffer.length; i++) if (hasBit(rows, this.buffer[i] as number)) found.push(i)
    return new View(
      this.main,
      positions,
      Uint32Array.from(found, (i) => this.buffer[i] as number),
      Uint32Array.from(found, (i) => this.places[i] as number),
      this.ranks,
    )
  }

  bytes(): number {
    return (
      this.main.byteLength +
      this.ranks.byteLength +
      this.dead.byteLength +
      this.buffer.byteLength +
      this.places.byteLength
    )
  }

  private gather(rows: Bitmap): Bitmap {
    const { main, dead } = this
    const positions = bitmapOf(main.length)
    const whole = main.length >>> 5
    for (let i = 0; i < whole; i++) {
      let word = 0
      const start = i << 5
      for (let j = 0; j < 32; j++) {
        const row = main[start + j] as number
        word |= (((rows[row >>> 5] as number) >>> (row & 31)) & 1) << j
      }
      positions[i] = word & ~(dead[i] as number)
    }
    for (let position = whole << 5; position < main.length; position++)
      if (hasBit(rows, main[position] as number) && !hasBit(dead, position)) setBit(positions, position)
    return positions
  }

  private scatter(rows: Bitmap): Bitmap {
    const positions = bitmapOf(this.main.length)
    const { ranks } = this
    for (let i = 0; i < rows.length; i++) {
      let word = rows[i] as number
      while (word !== 0) {
        const rank = ranks[(i << 5) + 31 - Math.clz32(word & -word)] as number
        if (rank >= 0) positions[rank >>> 5] = (positions[rank >>> 5] as number) | (1 << (rank & 31))
        word &= word - 1
      }
    }
    return positions
  }

  private replaceMain(rows: Uint32Array<ArrayBuffer>, capacity: number): void {
    this.main = rows
    if (this.ranks.length < capacity) this.ranks = new Int32Array(capacity).fill(ABSENT)
    for (let i = 0; i < rows.length; i++) this.ranks[rows[i] as number] = i
    this.dead = bitmapOf(rows.length)
    this.deadCount = 0
    this.buffer = new Uint32Array(0)
    this.places = new Uint32Array(0)
  }

  /** Binary search that steps over dead places, whose rows have other values by now. */
  private placeOf(row: number): number {
    let low = 0
    let high = this.main.length
    while (low < high) {
      const middle = (low + high) >>> 1
      let probe = middle
      while (probe < high && hasBit(this.dead, probe)) probe++
      if (probe < high && this.compare(this.main[probe] as number, row) < 0) low = probe + 1
      else high = middle
    }
    return low
  }
}
