import { type Bitmap, bitmapOf, clearBit, countBits, fillBits, hasBit, setBit } from '../store/bitmap.ts'
import { NULL_INT } from '../store/columns.ts'
import { copyBits, takeBits } from '../store/scratch.ts'
import type { Direction, RowKey } from './row-key.ts'
import { type DigitKey, mergeSort, sortRows } from './sort-rows.ts'
import { View } from './view.ts'

/** `ranks` of a row that is not in the order, and of one that waits in the buffer. */
const ABSENT = -1
const BUFFERED = -2

/** Scattering single rows beats walking the whole permutation below one row in this many. */
const SPARSE = 6
/** Places looked up between two chances to pause. */
const SLICE_PLACES = 128
/** Places of the permutation written between two chances to pause. */
const SLICE_POSITIONS = 131_072

/** A change of an order that is worked out and not visible yet. */
export interface StagedOrder {
  readonly removed: readonly number[]
  /** Rows that come into the buffer; the others of it were there before. */
  readonly arrived: readonly number[]
  readonly buffer: Uint32Array<ArrayBuffer>
  readonly places: Uint32Array<ArrayBuffer>
}

/** Rows of the buffer, and where in the permutation each belongs: before the entry at this place. */
export interface BufferedRows {
  readonly rows: Uint32Array
  readonly places: Uint32Array
}

/** A row that comes in: `slot` holds the values that it will have, `row` is where they will be. */
export interface Arrivals {
  readonly slots: readonly number[]
  rowOf(slot: number): number
}

/**
 * One sorted order of a table: a permutation that is only ever replaced whole, and a small sorted buffer of rows that
 * came or changed since. A changed row's old place is marked dead, so that the permutation stays searchable although the
 * values behind it moved on. `fold` merges the two without a comparison.
 */
export class Order {
  /** Names of the columns that it depends on. */
  readonly columns: readonly string[]
  private readonly keys: readonly RowKey[]
  private main = new Uint32Array(0)
  private ranks = new Int32Array(0)
  /** Places in `main` whose row left or moved into the buffer. */
  private dead: Bitmap = bitmapOf(0)
  private deadCount = 0
  /** Places in `main` whose row is alive and belongs there. */
  private live: Bitmap = bitmapOf(0)
  private buffer = new Uint32Array(0)
  /** Where in `main` each buffered row belongs: before the entry at this position. */
  private places = new Uint32Array(0)

  private readonly direction: Direction

  /**
   * @param keys most significant first; the last must tell any two rows apart
   * @param direction of the first key
   */
  constructor(keys: readonly RowKey[], columns: readonly string[], direction: Direction) {
    this.keys = keys
    this.columns = columns
    this.direction = direction
  }

  private readonly compare = (a: number, b: number): number => {
    for (const key of this.keys) {
      const order = key.compare(a, b)
      if (order !== 0) return order
    }
    return 0
  };

  /** Sorts these rows from scratch, in slices; the order held nothing before. */
  *build(rows: Uint32Array<ArrayBuffer>, capacity: number): Generator<undefined, void> {
    const digits: DigitKey[] = []
    for (const key of this.keys) digits.push(...(yield* key.digits(rows)))
    yield* sortRows(rows, digits, this.compare)
    yield* this.replaceMain(rows, capacity)
  }

  /** Takes rows that are in this order already, in slices; the order held nothing before. False where one stands twice. */
  *adopt(rows: Uint32Array<ArrayBuffer>, capacity: number): Generator<undefined, boolean> {
    yield* this.replaceMain(rows, capacity)
    let placed = 0
    for (let row = 0; row < capacity; row++) {
      if ((this.ranks[row] as number) >= 0) placed++
      if (row % SLICE_POSITIONS === SLICE_POSITIONS - 1) yield
    }
    return placed === rows.length
  }

  /** Its rows as `adopt` takes them; null while rows wait to be folded, or dead ones to be let go. */
  get settled(): Uint32Array<ArrayBuffer> | null {
    return this.buffered === 0 && countBits(this.live) === this.main.length ? this.main : null
  }

  /** Rises when the permutation is replaced. */
  generation = 0

  /** Places of the permutation. */
  get length(): number {
    return this.main.length
  }

  /** The places whose row is alive and belongs there. Changes with every commit. */
  get livePlaces(): Bitmap {
    return this.live
  }

  /** The row at a place of the permutation. */
  rowAt(place: number): number {
    return this.main[place] as number
  }

  /** The place of a row in the permutation; negative where it has none. */
  rankOf(row: number): number {
    return this.ranks[row] ?? ABSENT
  }

  /** Rows that it holds. */
  get size(): number {
    return this.main.length - this.deadCount + this.buffer.length
  }

  /** Rows waiting to be folded in or out. */
  get buffered(): number {
    return this.buffer.length + this.deadCount
  }

  /** Works out, in slices, what the order is without some rows and with others. Nothing is visible before `apply`. */
  *stage(removed: readonly number[], arrivals: Arrivals): Generator<undefined, StagedOrder> {
    const leaving = new Set(removed)
    const added = yield* mergeSort(Uint32Array.from(arrivals.slots), this.compare)
    const arrived: number[] = []
    const merged: number[] = []
    const places: number[] = []
    let from = 0
    const keep = (until: number | null): void => {
      for (; from < this.buffer.length; from++) {
        const row = this.buffer[from] as number
        if (leaving.has(row)) continue
        if (until !== null && this.compare(row, until) > 0) return
        merged.push(row)
        places.push(this.places[from] as number)
      }
    }
    for (let i = 0; i < added.length; i++) {
      const slot = added[i] as number
      const row = arrivals.rowOf(slot)
      keep(slot)
      arrived.push(row)
      merged.push(row)
      places.push(this.placeOf(slot))
      if (i % SLICE_PLACES === SLICE_PLACES - 1) yield
    }
    keep(null)
    // Beside dead entries a row may have several places; later rows must not come out before earlier ones.
    for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i] as number, places[i - 1] as number)
    return { removed, arrived, buffer: Uint32Array.from(merged), places: Uint32Array.from(places) }
  }

  /** Makes room for rows below `capacity`; false where there was enough. */
  reserve(capacity: number): boolean {
    if (this.ranks.length >= capacity) return false
    const grown = new Int32Array(capacity).fill(ABSENT, this.ranks.length)
    grown.set(this.ranks)
    this.ranks = grown
    return true
  }

  /** Makes a staged change visible. Between the two the order must not have changed. */
  apply({ removed, arrived, buffer, places }: StagedOrder, capacity: number): void {
    this.reserve(capacity)
    for (const row of removed) {
      const rank = this.ranks[row] as number
      if (rank >= 0) {
        setBit(this.dead, rank)
        clearBit(this.live, rank)
        this.deadCount++
      }
      this.ranks[row] = ABSENT
    }
    for (const row of arrived) this.ranks[row] = BUFFERED
    this.buffer = buffer
    this.places = places
  }

  /** These rows are not alive any more. They keep their places until a fold. */
  kill(rows: readonly number[]): void {
    for (const row of rows) {
      const rank = this.ranks[row] ?? ABSENT
      if (rank >= 0) clearBit(this.live, rank)
    }
  }

  /**
   * Merges the buffer into the permutation, in slices; rows that are not alive any more are let go. Queries in between see
   * the order as it was; nothing may be applied to it before it is done.
   */
  *fold(alive: Bitmap): Generator<undefined, void> {
    const merged = new Uint32Array(this.size)
    let at = 0
    let next = 0
    for (let position = 0; position <= this.main.length; position++) {
      while (next < this.buffer.length && this.places[next] === position) {
        const row = this.buffer[next++] as number
        if (hasBit(alive, row)) merged[at++] = row
      }
      if (position < this.main.length && hasBit(this.live, position)) merged[at++] = this.main[position] as number
      if (position % SLICE_POSITIONS === SLICE_POSITIONS - 1) yield
    }
    yield* this.replaceMain(merged.slice(0, at), this.ranks.length)
  }

  /** The rows of a set in this order. @param all the set is every row alive */
  view(rows: Bitmap, count: number, all: boolean): View {
    const positions = all
      ? copyBits(this.live)
      : count * SPARSE < this.main.length
        ? this.scatter(rows)
        : this.gather(rows)
    return this.viewOf(
      positions,
      this.bufferedRows((row) => hasBit(rows, row)),
    )
  }

  /** The rows that wait to be merged and that a query finds. */
  bufferedRows(holds: (row: number) => boolean): BufferedRows {
    const found: number[] = []
    for (let i = 0; i < this.buffer.length; i++) if (holds(this.buffer[i] as number)) found.push(i)
    return {
      rows: Uint32Array.from(found, (i) => this.buffer[i] as number),
      places: Uint32Array.from(found, (i) => this.places[i] as number),
    }
  }

  /** The rows at some places of the permutation, and the buffered rows of the same query. */
  viewOf(positions: Bitmap, buffered: BufferedRows): View {
    return new View(this.main, positions, buffered.rows, buffered.places, this.ranks)
  }

  /**
   * Sets the bit of every row whose first key lies between two numbers, both included, without a look at the others.
   *
   * @param read the first key's value of a row; NaN, or less than any, for null
   * @returns false, with nothing set, where that would take longer than reading the whole column
   */
  markBetween(read: (row: number) => number, low: number, high: number, into: Bitmap): boolean {
    const { main, dead, live } = this
    const ascending = this.direction === 'asc'
    const end = this.nulls(read)
    /** The first place, of those with a value, from which on the keys are on the far side of the bound. */
    const bound = (passed: (value: number) => boolean): number => {
      let from = 0
      let to = end
      while (from < to) {
        const middle = (from + to) >>> 1
        let probe = middle
        while (probe < to && hasBit(dead, probe)) probe++
        if (probe < to && !passed(read(main[probe] as number))) from = probe + 1
        else to = middle
      }
      return from
    }
    const first = bound(ascending ? (value) => value >= low : (value) => value <= high)
    const last = bound(ascending ? (value) => value > high : (value) => value < low)
    if ((last - first) * 2 > main.length) return false
    for (let position = first; position < last; position++)
      if (hasBit(live, position)) setBit(into, main[position] as number)
    for (const row of this.buffer) {
      const value = read(row)
      if (value >= low && value <= high && value !== NULL_INT) setBit(into, row)
    }
    return true
  }

  /** The first place whose row has null for its first key: those come last. */
  private nulls(read: (row: number) => number): number {
    let low = 0
    let high = this.main.length
    while (low < high) {
      const middle = (low + high) >>> 1
      let probe = middle
      while (probe < high && hasBit(this.dead, probe)) probe++
      const value = probe < high ? read(this.main[probe] as number) : Number.NaN
      if (probe < high && !Number.isNaN(value) && value !== NULL_INT) low = probe + 1
      else high = middle
    }
    return low
  }

  bytes(): number {
    const { main, ranks, dead, live, buffer, places } = this
    return [main, ranks, dead, live, buffer, places].reduce((sum, array) => sum + array.byteLength, 0)
  }

  private gather(rows: Bitmap): Bitmap {
    const { main, dead } = this
    const positions = takeBits(main.length)
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
    const positions = takeBits(this.main.length)
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

  private *replaceMain(rows: Uint32Array<ArrayBuffer>, capacity: number): Generator<undefined, void> {
    const ranks = new Int32Array(capacity).fill(ABSENT)
    for (let i = 0; i < rows.length; i++) {
      ranks[rows[i] as number] = i
      if (i % SLICE_POSITIONS === SLICE_POSITIONS - 1) yield
    }
    this.main = rows
    this.generation++
    this.ranks = ranks
    this.dead = bitmapOf(rows.length)
    this.deadCount = 0
    this.live = bitmapOf(rows.length)
    fillBits(this.live, rows.length)
    this.buffer = new Uint32Array(0)
    this.places = new Uint32Array(0)
  }

  /** Binary search that steps over dead places, whose rows have other values by now. */
  private placeOf(slot: number): number {
    let low = 0
    let high = this.main.length
    while (low < high) {
      const middle = (low + high) >>> 1
      let probe = middle
      while (probe < high && hasBit(this.dead, probe)) probe++
      if (probe < high && this.compare(this.main[probe] as number, slot) < 0) low = probe + 1
      else high = middle
    }
    return low
  }
}
