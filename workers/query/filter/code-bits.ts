import { type Bitmap, bitmapOf, clearBit, grownBits, orInto, setBit } from '../store/bitmap.ts'

/** Columns with more different codes than this have no sets: each costs a bit per row. */
const MAX_CODES = 96
/** With more sets than this to join, reading the column is as quick. */
const MAX_JOINED = 24

/** For each code of a column the rows alive that hold it: an equality filter is then a copy. */
export class CodeBits {
  /** By code; null once there are too many. */
  private sets: Bitmap[] | null = []
  private capacity = 0

  grow(capacity: number): void {
    this.capacity = capacity
    if (this.sets) this.sets = this.sets.map((set) => grownBits(set, capacity))
  }

  add(code: number, row: number): void {
    if (code >= MAX_CODES) this.sets = null
    const { sets } = this
    if (!sets) return
    while (sets.length <= code) sets.push(bitmapOf(this.capacity))
    setBit(sets[code] as Bitmap, row)
  }

  remove(code: number, row: number): void {
    const set = this.sets?.[code]
    if (set) clearBit(set, row)
  }

  /** Adds the rows of every code that passes; false, with nothing added, where the sets are no help. */
  addPassing(passes: Uint8Array, into: Bitmap): boolean {
    const { sets } = this
    if (!sets) return false
    const joined: Bitmap[] = []
    for (let code = 0; code < sets.length; code++) if (passes[code] === 1) joined.push(sets[code] as Bitmap)
    if (joined.length > MAX_JOINED) return false
    for (const set of joined) orInto(into, set.subarray(0, into.length))
    return true
  }

  bytes(): number {
    return this.sets?.reduce((sum, set) => sum + set.byteLength, 0) ?? 0
  }
}
