import { type Bitmap, hasBit, setBit } from '../store/bitmap.ts'
import { takeBits } from '../store/scratch.ts'
import { BYTE_CLASS, includesBytes, isExact } from './byte-class.ts'
import type { OwnerLists } from './owner-lists.ts'

/** Bits of an entry of `places` that say where in its token a trigram stands. */
export const PLACE_BITS = 6
/** The last place that can be told; it also stands for all further ones. */
export const LAST_PLACE = 63

/** The tokens that the last look found: one place for all segments, since a new one for each would be garbage. */
let tokensFound = new Uint32Array(0)

/**
 * The tables of a finished segment. Token n: bytes `starts[n]`…, rows `posts[n]`…; trigram k: entries `grams[k]`… of
 * `places`, each a token and the place in it, rising.
 */
export interface SegmentTables {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array
  readonly posts: Uint32Array
  readonly rows: Uint32Array
  readonly grams: Uint32Array
  readonly places: Uint32Array
}

/**
 * An index of the words of some rows, never changed once built: each different token once, the rows that hold it, and
 * for each three byte classes in a row the tokens that have them. Words repeat over rows, so a substring is looked for
 * among the tokens instead of among the texts. Every token is padded with two end marks, so that one and two letters are
 * ranges of the same table.
 */
export class Segment {
  /** Rows that it answers for: those indexed and not changed since. */
  readonly valid: Bitmap
  /** Whose its rows are; null where rows belong to nothing. */
  readonly owners: OwnerLists | null
  private readonly tables: SegmentTables

  constructor(tables: SegmentTables, valid: Bitmap, owners: OwnerLists | null) {
    this.tables = tables
    this.valid = valid
    this.owners = owners
  }

  /** Sets the bit of every row with a token that holds the word; rows that are not valid any more too. */
  mark(word: Uint8Array, into: Bitmap): void {
    const { posts, rows } = this.tables
    const count = this.find(word)
    for (let i = 0; i < count; i++) {
      const token = tokensFound[i] as number
      const end = posts[token + 1] as number
      for (let post = posts[token] as number; post < end; post++) setBit(into, rows[post] as number)
    }
  }

  /**
   * Sets the bit of every owner of a row with a token that holds the word.
   *
   * @param stillOwns asked of owners whose rows changed since the segment was built
   */
  markOwners(word: Uint8Array, into: Bitmap, stillOwns: (owner: number) => boolean): void {
    const count = this.find(word)
    this.owners?.mark(tokensFound, count, into, stillOwns)
  }

  bytes(): number {
    const { bytes, starts, posts, rows, grams, places } = this.tables
    const own = [bytes, starts, posts, rows, grams, places, this.valid].reduce(
      (sum, array) => sum + array.byteLength,
      0,
    )
    return own + (this.owners?.bytes() ?? 0)
  }

  /** Puts the tokens that hold the word into `tokensFound`, each once; answers how many they are. */
  private find(word: Uint8Array): number {
    const tokens = this.tables.starts.length - 1
    if (tokensFound.length < tokens) tokensFound = new Uint32Array(tokens)
    return word.length < 3 ? this.findShort(word) : this.findLong(word)
  }

  /** One or two letters: every token that has a trigram which begins with them. */
  private findShort(word: Uint8Array): number {
    const { grams, places, starts } = this.tables
    const first = BYTE_CLASS[word[0] as number] as number
    const pair = (first << 6) | (BYTE_CLASS[word[1] as number] as number)
    const [from, to] = word.length === 1 ? [first << 12, (first + 1) << 12] : [pair << 6, (pair + 1) << 6]
    const exact = isExact(word)
    const seen = takeBits(starts.length)
    let count = 0
    const last = grams[to] as number
    for (let i = grams[from] as number; i < last; i++) {
      const token = (places[i] as number) >>> PLACE_BITS
      if (hasBit(seen, token)) continue
      setBit(seen, token)
      if (exact || this.holds(token, word)) tokensFound[count++] = token
    }
    return count
  }

  /**
   * Three letters and more: tokens that have the word's trigrams one after the other. Every third trigram and the last one
   * cover the word; their places must fit together.
   */
  private findLong(word: Uint8Array): number {
    const { places } = this.tables
    const parts = this.cover(word)
    const [rarest, ...others] = parts.sort((a, b) => a.to - a.from - (b.to - b.from))
    if (!rarest) return 0
    let count = 0
    const exact = isExact(word)
    let before = -1
    for (let i = rarest.from; i < rarest.to; i++) {
      const entry = places[i] as number
      const token = entry >>> PLACE_BITS
      if (token === before) continue
      const place = entry & LAST_PLACE
      const start = place - rarest.offset
      if (start < 0 && place < LAST_PLACE) continue
      const near = place < LAST_PLACE && start + word.length - 3 < LAST_PLACE
      let fits = true
      for (const part of others) {
        if (!near) break
        const wanted = entry - rarest.offset + part.offset
        while (part.from < part.to && (places[part.from] as number) < wanted) part.from++
        if (part.from === part.to || places[part.from] !== wanted) {
          fits = false
          break
        }
      }
      if (!fits || ((!near || !exact) && !this.holds(token, word))) continue
      before = token
      tokensFound[count++] = token
    }
    return count
  }

  /** The entries of each trigram that covers the word. */
  private cover(word: Uint8Array): { offset: number; from: number; to: number }[] {
    const { grams } = this.tables
    const classAt = (i: number): number => BYTE_CLASS[word[i] as number] as number
    const offsets = Array.from({ length: Math.ceil(word.length / 3) }, (_, i) => Math.min(3 * i, word.length - 3))
    return offsets.map((offset) => {
      const gram = (classAt(offset) << 12) | (classAt(offset + 1) << 6) | classAt(offset + 2)
      return { offset, from: grams[gram] as number, to: grams[gram + 1] as number }
    })
  }

  private holds(token: number, word: Uint8Array): boolean {
    const { bytes, starts } = this.tables
    const start = starts[token] as number
    return includesBytes(bytes, start, (starts[token + 1] as number) - start, word)
  }
}
