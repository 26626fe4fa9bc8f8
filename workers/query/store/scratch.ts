import { type Bitmap, bitmapOf } from './bitmap.ts'

/** Bitmaps of one length kept for the next query. */
const MAX_SPARE = 24

const spare = new Map<number, Bitmap[]>()
const taken = new Set<Bitmap>()
let frame: Bitmap[] | null = null

/**
 * An empty set for the length of a query. A set over a million rows is 125 KB: new ones for every query would cost page
 * faults and, worse, make the garbage collector stop the worker every few dozen queries.
 */
export const takeBits = (size: number): Bitmap => {
  const words = (size + 31) >>> 5
  const known = spare.get(words)?.pop()
  const bits = known ?? bitmapOf(size)
  if (known) known.fill(0)
  taken.add(bits)
  frame?.push(bits)
  return bits
}

/** A copy for the length of a query. */
export const copyBits = (bits: Bitmap): Bitmap => {
  const copy = takeBits(bits.length * 32)
  copy.set(bits)
  return copy
}

/** Gives a set back. One that was never taken here is left alone. */
export const giveBits = (bits: Bitmap): void => {
  if (!taken.delete(bits)) return
  const same = spare.get(bits.length) ?? []
  if (same.length < MAX_SPARE) same.push(bits)
  spare.set(bits.length, same)
  // Tables grow, so lengths go out of use.
  for (const length of spare.keys()) {
    if (spare.size <= 8) break
    spare.delete(length)
  }
}

/** Runs a query and gives back every set that it took but those that it answers. */
export const withScratch = <T>(work: () => T, kept: (result: T) => readonly Bitmap[]): T => {
  const outer = frame
  const mine: Bitmap[] = []
  frame = mine
  let keep: readonly Bitmap[] = []
  try {
    const result = work()
    keep = kept(result)
    return result
  } finally {
    frame = outer
    for (const bits of mine) if (!keep.includes(bits)) giveBits(bits)
  }
}
