import { andInto, type Bitmap, bitmapOf, clearBit, forEachBit, grownBits, hasBit, setBit } from '../store/bitmap.ts'
import { takeBits } from '../store/scratch.ts'

/** Byte classes with a set of rows each: those that stand for one byte alone. */
export const LETTER_CLASSES = 46
/** With more rows than this to read again, the sets are no help. */
const MAX_STALE = 4_096
/** Those of a first load wait for idle time; those of a large commit do not. */
const MAX_SOON = 65_536
/** Rows looked at between two chances to pause. */
const SLICE_ROWS = 128

/** Which classes a row's texts hold: class n is bit n % 32 of `low` (n < 32) or `high`. */
export interface LetterMask {
  low: number
  high: number
}

/**
 * For each letter, digit and common mark the rows that hold it: a search's first keystroke, which finds most rows, is
 * then a copy. Rows that changed are looked at one by one in each search until idle time has looked at them again.
 */
export class Letters {
  private readonly read: (row: number, slot: number, mask: LetterMask) => void
  private readonly sets: Bitmap[] = Array.from({ length: LETTER_CLASSES }, () => bitmapOf(0))
  private stale: Bitmap = bitmapOf(0)
  private staleCount = 0
  private readonly mask: LetterMask = { low: 0, high: 0 }
  private cursor = 0
  /** Changed rows whose classes were read before their change was shown. */
  private readonly known = new Map<number, LetterMask>()

  /** @param read adds the classes of a row's texts to the mask; its own texts are those that stand in `slot` */
  constructor(read: (row: number, slot: number, mask: LetterMask) => void) {
    this.read = read
  }

  /** Reads, in slices, the classes that rows will have once the texts in their slots are theirs: by row, for `know`. */
  *readAhead(rows: readonly number[], slots: readonly number[]): Generator<undefined, ReadonlyMap<number, LetterMask>> {
    const masks = new Map<number, LetterMask>()
    for (let i = 0; i < rows.length; i++) {
      const mask = { low: 0, high: 0 }
      this.read(rows[i] as number, slots[i] as number, mask)
      masks.set(rows[i] as number, mask)
      if (i % SLICE_ROWS === SLICE_ROWS - 1) yield
    }
    return masks
  }

  /** The classes of some rows that changed; a later change of a row counts more. */
  know(masks: ReadonlyMap<number, LetterMask>): void {
    for (const [row, mask] of masks) this.known.set(row, mask)
  }

  changed(row: number): void {
    this.known.delete(row)
    if (row >>> 5 >= this.stale.length) this.stale = grownBits(this.stale, Math.ceil((row + 1) * 1.2) + 1024)
    if (hasBit(this.stale, row)) return
    setBit(this.stale, row)
    this.staleCount++
  }

  /** Rows among `alive` with a letter of this class; null where too many rows changed to know soon. */
  find(letterClass: number, alive: Bitmap, size: number): Bitmap | null {
    if (letterClass >= LETTER_CLASSES || this.staleCount - this.known.size > MAX_STALE) return null
    const set = this.sets[letterClass] as Bitmap
    const found = takeBits(size)
    found.set(set.subarray(0, found.length))
    if (this.staleCount > 0) this.lookAgain(letterClass, found)
    andInto(found, alive)
    return found
  }

  /** Looks at the changed rows for one letter alone: the sets of all of them are far more memory to touch. */
  private lookAgain(letterClass: number, found: Bitmap): void {
    forEachBit(this.stale, (row) => {
      if (row >>> 5 >= found.length) return
      if (this.holds(row, letterClass)) setBit(found, row)
      else clearBit(found, row)
    })
  }

  /** Are so few rows left to look at again that it is worth doing before idle time? */
  get behind(): boolean {
    return this.staleCount > 0 && this.staleCount <= MAX_SOON
  }

  /** Looks at some of the changed rows again; false when none is left. */
  upkeep(): boolean {
    if (this.staleCount === 0) return false
    this.refresh()
    return true
  }

  bytes(): number {
    return this.sets.reduce((sum, set) => sum + set.byteLength, this.stale.byteLength)
  }

  private refresh(): void {
    if ((this.sets[0] as Bitmap).length < this.stale.length)
      for (let i = 0; i < LETTER_CLASSES; i++) this.sets[i] = grownBits(this.sets[i] as Bitmap, this.stale.length * 32)
    let left = SLICE_ROWS
    for (let seen = 0; seen <= this.stale.length && left > 0 && this.staleCount > 0; seen++) {
      if (this.cursor >= this.stale.length) this.cursor = 0
      const word = this.stale[this.cursor] as number
      if (word !== 0) {
        const base = this.cursor << 5
        forEachBit(Uint32Array.of(word), (bit) => {
          this.refreshRow(base + bit)
          left--
        })
        this.stale[this.cursor] = 0
      }
      this.cursor++
    }
  }

  private refreshRow(row: number): void {
    this.staleCount--
    const { sets } = this
    const mask = this.maskOf(row)
    this.known.delete(row)
    for (let i = 0; i < LETTER_CLASSES; i++) {
      if (isIn(mask, i)) setBit(sets[i] as Bitmap, row)
      else clearBit(sets[i] as Bitmap, row)
    }
  }

  private holds(row: number, letterClass: number): boolean {
    return isIn(this.maskOf(row), letterClass)
  }

  private maskOf(row: number): LetterMask {
    const known = this.known.get(row)
    if (known) return known
    this.mask.low = 0
    this.mask.high = 0
    this.read(row, row, this.mask)
    return this.mask
  }
}

const isIn = ({ low, high }: LetterMask, letterClass: number): boolean =>
  ((letterClass < 32 ? low >>> letterClass : high >>> (letterClass - 32)) & 1) === 1
