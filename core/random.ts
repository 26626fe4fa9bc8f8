/** A source of uniform numbers in [0, 1). */
export type Random = () => number

/**
 * A small seeded generator (sfc32, Chris Doty-Humphrey's PractRand): the same seed gives the same sequence on
 * every machine. Not for secrets.
 */
export const seededRandom = (seed: number): Random => {
  let a = seed | 0
  let b = 0x9e3779b9 | 0
  let c = 0x243f6a88 | 0
  let d = 1
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return next
}
