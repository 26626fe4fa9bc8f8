import { type Bitmap, popcount } from './bitmap.ts'

/** Words of one directory block: counts are kept every 512 bits. */
const BLOCK_WORDS = 16

/**
 * A frozen bitmap that answers "how many before" and "which is the k-th" without a walk: a directory of running counts
 * (rank and select of succinct data structures, Jacobson 1989, with one level).
 */
export class RankedBits {
  readonly bits: Bitmap
  readonly count: number
  private readonly before: Uint32Array<ArrayBuffer>

  constructor(bits: Bitmap) {
    this.bits = bits
    const blocks = Math.ceil(bits.length / BLOCK_WORDS)
    this.before = new Uint32Array(blocks + 1)
    let count = 0
    for (let block = 0; block < blocks; block++) {
      this.before[block] = count
      const end = Math.min((block + 1) * BLOCK_WORDS, bits.length)
      for (let i = block * BLOCK_WORDS; i < end; i++) count += popcount(bits[i] as number)
    }
    this.before[blocks] = count
    this.count = count
  }

  /** Set bits below `n`. */
  rank(n: number): number {
    const word = Math.min(n >>> 5, this.bits.length)
    const block = Math.floor(word / BLOCK_WORDS)
    let count = this.before[block] ?? this.count
    for (let i = block * BLOCK_WORDS; i < word; i++) count += popcount(this.bits[i] as number)
    if (word < this.bits.length && n & 31) count += popcount((this.bits[word] as number) & ((1 << (n & 31)) - 1))
    return count
  }

  /** The number of the k-th set bit, counting from 0; -1 past the last. */
  select(k: number): number {
    if (k < 0 || k >= this.count) return -1
    let low = 0
    let high = this.before.length - 1
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if ((this.before[middle] as number) <= k) low = middle
      else high = middle
    }
    let left = k - (this.before[low] as number)
    let i = low * BLOCK_WORDS
    for (;;) {
      const here = popcount(this.bits[i] as number)
      if (left < here) break
      left -= here
      i++
    }
    let word = this.bits[i] as number
    while (left-- > 0) word &= word - 1
    return (i << 5) + 31 - Math.clz32(word & -word)
  }

  /** The next set bit after `n`; -1 where there is none. */
  next(n: number): number {
    let i = (n + 1) >>> 5
    if (i >= this.bits.length) return -1
    let word = (this.bits[i] as number) & (-1 << ((n + 1) & 31))
    while (word === 0) {
      i++
      if (i >= this.bits.length) return -1
      word = this.bits[i] as number
    }
    return (i << 5) + 31 - Math.clz32(word & -word)
  }
}
