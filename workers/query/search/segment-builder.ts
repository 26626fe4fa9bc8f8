import { type Bitmap, countBits, setBit } from '../store/bitmap.ts'
import { BYTE_CLASS, CLASSES, endsToken } from './byte-class.ts'
import type { FoldedText } from './folded-text.ts'
import type { OwnerLists, OwnerOf } from './owner-lists.ts'
import { LAST_PLACE, PLACE_BITS, Segment } from './segment.ts'
import { TokenTable } from './token-table.ts'

const SPACE = 32
const GRAMS = CLASSES ** 3
/** Steps between two chances to pause: a few milliseconds. */
const SLICE_ROWS = 2_048
const SLICE_TOKENS = 8_192
const SLICE_POSTS = 131_072
const SLICE_WORDS = 8_192

/**
 * Builds a segment over some rows in short slices: each `next` does a few milliseconds of work. Rows whose text changes
 * meanwhile must have their bit in `valid` cleared; a row not reached yet is then indexed as it is when it is reached.
 *
 * @param valid an empty set of the table's size, which becomes the segment's
 * @param owned empty lists, which become the segment's, and whose the rows are; null where they belong to nothing
 */
export function* buildSegment(
  source: Bitmap,
  texts: readonly FoldedText[],
  valid: Bitmap,
  owned: { readonly lists: OwnerLists; readonly ownerOf: OwnerOf } | null,
): Generator<undefined, Segment> {
  const rows = yield* rowsOf(source)
  const tokens = new TokenTable()
  let pairTokens = new Uint32Array(rows.length * 4 + 64)
  const pairEnds = new Uint32Array(rows.length)
  let pairs = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    setBit(valid, row)
    for (const text of texts) {
      const length = text.read(row)
      const { bytes } = text
      let from = 0
      for (let at = 0; at <= length; at++) {
        const byte = at < length ? (bytes[at] as number) : SPACE
        if (!endsToken(byte)) continue
        const to = byte === SPACE ? at : at + 1
        if (to > from) {
          if (pairs === pairTokens.length) {
            const grown = new Uint32Array(pairs * 1.5)
            grown.set(pairTokens)
            pairTokens = grown
          }
          pairTokens[pairs++] = tokens.add(bytes, from, to)
        }
        from = at + 1
      }
    }
    pairEnds[i] = pairs
    if (i % SLICE_ROWS === SLICE_ROWS - 1) yield
  }

  const posts = new Uint32Array(tokens.size + 1)
  for (let i = 0; i < pairs; i++) {
    const token = pairTokens[i] as number
    posts[token] = (posts[token] as number) + 1
    if (i % SLICE_POSTS === SLICE_POSTS - 1) yield
  }
  yield
  sumInPlace(posts)
  yield
  const postRows = new Uint32Array(pairs)
  const next = posts.slice()
  for (let i = 0, pair = 0; i < rows.length; i++) {
    const row = rows[i] as number
    for (const end = pairEnds[i] as number; pair < end; pair++) {
      const token = pairTokens[pair] as number
      const at = next[token] as number
      postRows[at] = row
      next[token] = at + 1
    }
    if (i % (SLICE_POSTS / 8) === 0) yield
  }
  if (owned) yield* owned.lists.build(posts, postRows, owned.ownerOf)

  const grams = new Uint32Array(GRAMS + 1)
  for (let token = 0; token < tokens.size; token++) {
    countGrams(tokens, token, grams)
    if (token % SLICE_TOKENS === SLICE_TOKENS - 1) yield
  }
  yield
  sumInPlace(grams)
  yield
  const places = new Uint32Array(grams[GRAMS] as number)
  const nextGram = grams.slice()
  for (let token = 0; token < tokens.size; token++) {
    fillGrams(tokens, token, nextGram, places)
    if (token % SLICE_TOKENS === SLICE_TOKENS - 1) yield
  }
  const bytes = tokens.bytes.slice(0, tokens.starts[tokens.size])
  const starts = tokens.starts.slice(0, tokens.size + 1)
  return new Segment({ bytes, starts, posts, rows: postRows, grams, places }, valid, owned?.lists ?? null)
}

/** The rows of a set, rising. */
function* rowsOf(source: Bitmap): Generator<undefined, Uint32Array> {
  const rows = new Uint32Array(countBits(source))
  yield
  let at = 0
  for (let i = 0; i < source.length; i++) {
    let word = source[i] as number
    while (word !== 0) {
      rows[at++] = (i << 5) + 31 - Math.clz32(word & -word)
      word &= word - 1
    }
    if (i % SLICE_WORDS === SLICE_WORDS - 1) yield
  }
  return rows
}

/** Turns counts into starts: entry n becomes the sum of those before it; the last one the sum of all. */
const sumInPlace = (counts: Uint32Array): void => {
  let sum = 0
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number
    counts[i] = sum
    sum += count
  }
}

const countGrams = (tokens: TokenTable, token: number, counts: Uint32Array): void => {
  const { bytes, starts } = tokens
  const end = starts[token + 1] as number
  let a = BYTE_CLASS[bytes[starts[token] as number] as number] as number
  let b = classBefore(bytes, (starts[token] as number) + 1, end)
  for (let i = starts[token] as number; i < end; i++) {
    const c = classBefore(bytes, i + 2, end)
    const gram = (a << 12) | (b << 6) | c
    counts[gram] = (counts[gram] as number) + 1
    a = b
    b = c
  }
}

const fillGrams = (tokens: TokenTable, token: number, next: Uint32Array, into: Uint32Array): void => {
  const { bytes, starts } = tokens
  const end = starts[token + 1] as number
  let a = BYTE_CLASS[bytes[starts[token] as number] as number] as number
  let b = classBefore(bytes, (starts[token] as number) + 1, end)
  for (let i = starts[token] as number; i < end; i++) {
    const c = classBefore(bytes, i + 2, end)
    const gram = (a << 12) | (b << 6) | c
    const at = next[gram] as number
    const place = Math.min(i - (starts[token] as number), LAST_PLACE)
    into[at] = (token << PLACE_BITS) | place
    next[gram] = at + 1
    a = b
    b = c
  }
}

const classBefore = (bytes: Uint8Array, at: number, end: number): number =>
  at < end ? (BYTE_CLASS[bytes[at] as number] as number) : 0
