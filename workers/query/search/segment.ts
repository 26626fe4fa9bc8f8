import { type Bitmap, setBit } from '../store/bitmap.ts'
import { takeBits } from '../store/scratch.ts'
import { BYTE_CLASS, includesBytes, isExact } from './byte-class.ts'

/** The tables of a finished segment. Token n: bytes `starts[n]`…, rows `posts[n]`…; trigram k: tokens `grams[k]`…. */
export interface SegmentTables {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array
  readonly posts: Uint32Array
  readonly rows: Uint32Array
  readonly grams: Uint32Array
  readonly gramTokens: Uint32Array
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
  private readonly tables: SegmentTables

  constructor(tables: SegmentTables, valid: Bitmap) {
    this.tables = tables
    this.valid = valid
  }

  /** Sets the bit of every row with a token that holds the word; rows that are not valid any more too. */
  mark(word: Uint8Array, into: Bitmap): void {
    const { bytes, starts, posts, rows, grams, gramTokens } = this.tables
    const [from, to] = this.range(word)
    const verify = word.length > 3 || !isExact(word)
    const seen = word.length < 3 ? takeBits(starts.length) : null
    const first = grams[from] as number
    const last = grams[to] as number
    let before = -1
    for (let i = first; i < last; i++) {
      const token = gramTokens[i] as number
      if (token === before) continue
      before = token
      if (seen) {
        if (((seen[token >>> 5] as number) >>> (token & 31)) & 1) continue
        setBit(seen, token)
      }
      const start = starts[token] as number
      if (verify && !includesBytes(bytes, start, (starts[token + 1] as number) - start, word)) continue
      const end = posts[token + 1] as number
      for (let post = posts[token] as number; post < end; post++) {
        const row = rows[post] as number
        into[row >>> 5] = (into[row >>> 5] as number) | (1 << (row & 31))
      }
    }
  }

  bytes(): number {
    const { bytes, starts, posts, rows, grams, gramTokens } = this.tables
    return [bytes, starts, posts, rows, grams, gramTokens, this.valid].reduce((sum, array) => sum + array.byteLength, 0)
  }

  /** The trigrams to look through: of a long word the rarest one, of a short one all that begin with it. */
  private range(word: Uint8Array): readonly [from: number, to: number] {
    const { grams } = this.tables
    const classAt = (i: number): number => BYTE_CLASS[word[i] as number] as number
    if (word.length === 1) return [classAt(0) << 12, (classAt(0) + 1) << 12]
    if (word.length === 2) {
      const pair = (classAt(0) << 6) | classAt(1)
      return [pair << 6, (pair + 1) << 6]
    }
    let best = 0
    let fewest = Number.POSITIVE_INFINITY
    for (let i = 0; i + 2 < word.length; i++) {
      const gram = (classAt(i) << 12) | (classAt(i + 1) << 6) | classAt(i + 2)
      const count = (grams[gram + 1] as number) - (grams[gram] as number)
      if (count >= fewest) continue
      fewest = count
      best = gram
    }
    return [best, best + 1]
  }
}
