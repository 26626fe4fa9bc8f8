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
import { OwnerLists, type OwnerOf } from './owner-lists.ts'
import type { Segment } from './segment.ts'
import { buildSegment } from './segment-builder.ts'

const encoder = new TextEncoder()

/** With more segments than this, or with loose rows beyond a quarter, everything is indexed anew. */
const MAX_SEGMENTS = 4

export interface SearchLimits {
  /** Rows whose texts are read one by one in a search before idle time indexes them. */
  readonly looseRows: number
  /** Owners whose rows' texts are read again in a search; where more of them changed, all rows found are walked. */
  readonly changedOwners: number
}

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
    /** The rows that it began with: no others come into it. */
    readonly source: Bitmap
    readonly valid: Bitmap
    readonly owners: OwnerLists | null
    readonly work: Generator<undefined, Segment>
    readonly all: boolean
  } | null = null

  private readonly limits: SearchLimits
  private readonly ownerOf: OwnerOf | null

  /** @param ownerOf the row that each row belongs to, where owners are to be found by the words of what is theirs */
  constructor(columns: readonly TextColumn[], limits: SearchLimits, ownerOf: OwnerOf | null) {
    this.limits = limits
    this.ownerOf = ownerOf
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

  /**
   * A row has another owner, or other words, which is told by `changed` too. Below 0: none.
   *
   * @param before whose it was
   * @param now a segment being built may have read its words as they were, and reads its owner later
   */
  ownerChanged(row: number, before: number, now: number): void {
    for (const { owners } of this.segments) owners?.change(before)
    const { building } = this
    if (!building || !hasBit(building.source, row)) return
    building.owners?.change(before)
    building.owners?.change(now)
  }

  /**
   * Sets the bits of the owners of rows among `alive` that hold the folded word.
   *
   * @param rowsOf calls a function with every row of an owner
   */
  markOwners(
    text: string,
    alive: Bitmap,
    size: number,
    into: Bitmap,
    rowsOf: (owner: number, visit: (row: number) => void) => void,
  ): void {
    const { ownerOf } = this
    if (!ownerOf) return
    const word = encoder.encode(text)
    const markOwner = (row: number): void => {
      const owner = ownerOf(row)
      if (owner >= 0) setBit(into, owner)
    }
    const stillOwns = (owner: number): boolean => {
      let found = false
      rowsOf(owner, (row) => {
        found ||= this.holds(row, word)
      })
      return found
    }
    const pieces = fitsToken(word) ? [word] : piecesOf(word)
    for (const segment of this.segments) {
      if (pieces.length === 1 && segment.owners && segment.owners.changedCount <= this.limits.changedOwners) {
        const owners = takeBits(into.length * 32)
        segment.markOwners(word, owners, stillOwns)
        orInto(into, owners)
      } else forEachBit(this.rowsIn(segment, pieces, word, alive, size), markOwner)
    }
    this.scanLoose(word, alive, markOwner)
  }

  /** Rows among `alive` that hold the folded word. */
  find(text: string, alive: Bitmap, size: number): Bitmap {
    const word = encoder.encode(text)
    const pieces = fitsToken(word) ? [word] : piecesOf(word)
    let found: Bitmap | null = null
    for (const segment of this.segments) {
      const rows = this.rowsIn(segment, pieces, word, alive, size)
      if (found) orInto(found, rows)
      else found = rows
    }
    const all = found ?? takeBits(size)
    this.scanLoose(word, alive, (row) => setBit(all, row))
    return all
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
      if (this.looseCount <= this.limits.looseRows) return false
      andInto(this.loose, alive)
      this.looseCount = countBits(this.loose)
      const all = this.segments.length >= MAX_SEGMENTS || this.looseCount * 4 > size
      // A copy: rows that change while it runs are taken out of `valid`, and indexed as they are when reached.
      const source = (all ? alive : this.loose).slice()
      const valid = bitmapOf(this.loose.length * 32)
      const owned = this.ownerOf ? { lists: new OwnerLists(), ownerOf: this.ownerOf } : null
      const work = buildSegment(source, this.texts, valid, owned)
      this.building = { source, valid, owners: owned?.lists ?? null, all, work }
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

  /** The rows among `alive` that a segment answers for and that hold the word. */
  private rowsIn(
    segment: Segment,
    pieces: readonly Uint8Array[],
    word: Uint8Array,
    alive: Bitmap,
    size: number,
  ): Bitmap {
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
    andInto(rows, alive)
    // Pieces that stand in one row need not stand side by side.
    if (pieces.length > 1)
      forEachBit(copyBits(rows), (row) => {
        if (!this.holds(row, word)) clearBit(rows, row)
      })
    return rows
  }

  private scanLoose(word: Uint8Array, alive: Bitmap, visit: (row: number) => void): void {
    if (this.looseCount === 0) return
    forEachBit(this.loose, (row) => {
      if (hasBit(alive, row) && this.holds(row, word)) visit(row)
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
