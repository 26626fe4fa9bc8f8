import {
  andInto,
  andNotInto,
  type Bitmap,
  bitmapOf,
  clearBit,
  countBits,
  forEachBit,
  grownBits,
  hasBit,
  orInto,
  setBit,
} from '../store/bitmap.ts'
import { copyBits, takeBits } from '../store/scratch.ts'
import type { TextColumn } from '../store/text-column.ts'
import { BYTE_CLASS, endsToken, fitsToken, includesBytes } from './byte-class.ts'
import { FoldedText } from './folded-text.ts'
import type { LetterMask } from './letters.ts'
import type { Segment } from './segment.ts'
import { buildSegment } from './segment-builder.ts'

const encoder = new TextEncoder()

/** With more segments than this, or with loose rows beyond a quarter, everything is indexed anew. */
const MAX_SEGMENTS = 4

/**
 * Finds rows by a substring of their searchable texts: segments that never change, and "loose" rows, new or changed
 * since, whose texts are read one by one until idle time indexes them.
 */
export class SearchIndex {
  private readonly texts: readonly FoldedText[]
  private segments: Segment[] = []
  private loose: Bitmap = bitmapOf(0)
  private looseCount = 0
  private building: {
    readonly valid: Bitmap
    readonly work: Generator<undefined, Segment>
    readonly all: boolean
  } | null = null

  private readonly looseRows: number

  /** @param looseRows how many loose rows may be read one by one before idle time indexes them */
  constructor(columns: readonly TextColumn[], looseRows: number) {
    this.looseRows = looseRows
    this.texts = columns.map((column) => new FoldedText(column))
  }

  /** Texts of these rows are new or changed. */
  changed(rows: Iterable<number>, capacity: number): void {
    if (this.loose.length * 32 < capacity) this.loose = grownBits(this.loose, capacity)
    for (const row of rows) {
      for (const segment of this.segments) clearBit(segment.valid, row)
      if (this.building) clearBit(this.building.valid, row)
      if (hasBit(this.loose, row)) continue
      setBit(this.loose, row)
      this.looseCount++
    }
  }

  /** Rows among `alive` that hold the folded word. */
  find(text: string, alive: Bitmap, size: number): Bitmap {
    const word = encoder.encode(text)
    const pieces = fitsToken(word) ? [word] : piecesOf(word)
    let found: Bitmap | null = null
    for (const segment of this.segments) {
      const rows = this.markAll(segment, pieces, size)
      if (pieces.length > 1) this.keepMatching(rows, alive, word)
      if (found) orInto(found, rows)
      else found = rows
    }
    found ??= takeBits(size)
    this.scanLoose(word, alive, found)
    andInto(found, alive)
    return found
  }

  /** Adds the byte classes of a row's texts to a mask. */
  addLetters(row: number, mask: LetterMask): void {
    for (const text of this.texts) {
      const length = text.read(row)
      for (let i = 0; i < length; i++) {
        const byteClass = BYTE_CLASS[text.bytes[i] as number] as number
        if (byteClass < 32) mask.low |= 1 << byteClass
        else mask.high |= 1 << (byteClass - 32)
      }
    }
  }

  /** Does a slice of indexing; false when nothing is left to do. */
  upkeep(alive: Bitmap, size: number): boolean {
    if (!this.building) {
      if (this.looseCount <= this.looseRows) return false
      andInto(this.loose, alive)
      this.looseCount = countBits(this.loose)
      const all = this.segments.length >= MAX_SEGMENTS || this.looseCount * 4 > size
      // A copy: rows that change while it runs are taken out of `valid`, and indexed as they are when reached.
      const source = (all ? alive : this.loose).slice()
      const valid = bitmapOf(this.loose.length * 32)
      this.building = { valid, all, work: buildSegment(source, this.texts, valid) }
    }
    const step = this.building.work.next()
    if (!step.done) return true
    this.segments = this.building.all ? [step.value] : [...this.segments, step.value]
    andNotInto(this.loose, step.value.valid)
    this.looseCount = countBits(this.loose)
    this.building = null
    return true
  }

  bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes(), this.loose.byteLength)
  }

  private markAll(segment: Segment, pieces: readonly Uint8Array[], size: number): Bitmap {
    const rows = takeBits(size)
    pieces.forEach((piece, i) => {
      if (i === 0) {
        segment.mark(piece, rows)
        return
      }
      const more = takeBits(size)
      segment.mark(piece, more)
      andInto(rows, more)
    })
    andInto(rows, segment.valid)
    return rows
  }

  /** Keeps the rows whose texts really hold the word. */
  private keepMatching(rows: Bitmap, alive: Bitmap, word: Uint8Array): void {
    andInto(rows, alive)
    forEachBit(copyBits(rows), (row) => {
      if (!this.holds(row, word)) clearBit(rows, row)
    })
  }

  private scanLoose(word: Uint8Array, alive: Bitmap, into: Bitmap): void {
    if (this.looseCount === 0) return
    forEachBit(this.loose, (row) => {
      if (hasBit(alive, row) && this.holds(row, word)) setBit(into, row)
    })
  }

  private holds(row: number, word: Uint8Array): boolean {
    return this.texts.some((text) => includesBytes(text.bytes, 0, text.read(row), word))
  }
}

/** A word that spans tokens, cut as tokens are. */
const piecesOf = (word: Uint8Array): readonly Uint8Array[] => {
  const pieces: Uint8Array[] = []
  let from = 0
  for (let i = 0; i < word.length; i++) {
    if (!endsToken(word[i] as number)) continue
    pieces.push(word.subarray(from, i + 1))
    from = i + 1
  }
  if (from < word.length) pieces.push(word.subarray(from))
  return pieces
}
