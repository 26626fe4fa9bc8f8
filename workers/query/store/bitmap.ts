/** A set of row or position numbers: bit n of the set is bit n % 32 of word n / 32. */
export type Bitmap = Uint32Array<ArrayBuffer>

export const bitmapOf = (size: number): Bitmap => new Uint32Array((size + 31) >>> 5)

export const hasBit = (bits: Bitmap, n: number): boolean => (((bits[n >>> 5] ?? 0) >>> (n & 31)) & 1) === 1

export const setBit = (bits: Bitmap, n: number): void => {
  bits[n >>> 5] = (bits[n >>> 5] as number) | (1 << (n & 31))
}

export const clearBit = (bits: Bitmap, n: number): void => {
  bits[n >>> 5] = (bits[n >>> 5] as number) & ~(1 << (n & 31))
}

/** Sets every bit below `size`. */
export const fillBits = (bits: Bitmap, size: number): void => {
  bits.fill(0xffffffff, 0, size >>> 5)
  if (size & 31) bits[size >>> 5] = (1 << (size & 31)) - 1
}

/** How many bits of one word are set (Hacker's Delight §5-1). */
export const popcount = (word: number): number => {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

export const countBits = (bits: Bitmap): number => {
  let count = 0
  for (let i = 0; i < bits.length; i++) count += popcount(bits[i] as number)
  return count
}

/** `into &= other`; words that `other` lacks become 0. */
export const andInto = (into: Bitmap, other: Bitmap): void => {
  const shared = Math.min(into.length, other.length)
  for (let i = 0; i < shared; i++) into[i] = (into[i] as number) & (other[i] as number)
  into.fill(0, shared)
}

/** `into |= other`; `other` must not be longer. */
export const orInto = (into: Bitmap, other: Bitmap): void => {
  for (let i = 0; i < other.length; i++) into[i] = (into[i] as number) | (other[i] as number)
}

/** `into &= ~other`. */
export const andNotInto = (into: Bitmap, other: Bitmap): void => {
  const shared = Math.min(into.length, other.length)
  for (let i = 0; i < shared; i++) into[i] = (into[i] as number) & ~(other[i] as number)
}

/** Calls `visit` for each set bit, rising. */
export const forEachBit = (bits: Bitmap, visit: (n: number) => void): void => {
  for (let i = 0; i < bits.length; i++) {
    let word = bits[i] as number
    while (word !== 0) {
      visit((i << 5) + 31 - Math.clz32(word & -word))
      word &= word - 1
    }
  }
}

/** The same set with room for `size` bits. */
export const grownBits = (bits: Bitmap, size: number): Bitmap => {
  const grown = bitmapOf(size)
  grown.set(bits)
  return grown
}
