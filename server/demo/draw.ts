import { type Random, seededRandom } from '../../core/random.ts'

/** An independent random sequence for each row: any row can be made without those before it. */
export const rowRandom = (seed: number, stream: number, index: number): Random => {
  // Odd multiplier and murmur3's finaliser: a bijection of 32 bits, so no two rows of a stream share a sequence.
  let h = (Math.imul(index, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b) ^ Math.imul(stream + 1, 0x27d4eb2f)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return seededRandom(h ^ (h >>> 16))
}

export const intBelow = (random: Random, limit: number): number => Math.floor(random() * limit)

export const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[intBelow(random, items.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}

/** Two different items. */
export const pickTwo = <T>(random: Random, items: readonly T[]): readonly [T, T] => {
  const first = intBelow(random, items.length)
  const second = (first + 1 + intBelow(random, items.length - 1)) % items.length
  return [pick(() => first / items.length, items), pick(() => second / items.length, items)]
}

/** Picks a key by its weight. */
export const weighted = <T>(random: Random, items: readonly (readonly [item: T, weight: number])[]): T => {
  let left = random() * items.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [item, weight] of items) {
    left -= weight
    if (left < 0) return item
  }
  const last = items.at(-1)
  if (!last) throw new RangeError('nothing to pick from')
  return last[0]
}

/** Standard normal (Box–Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** An amount in cents, log-normal around `median` (whole units), rounded to two significant digits as people write them. */
export const amount = (random: Random, median: number, spread: number): number => {
  const units = median * Math.exp(spread * normal(random))
  const step = 10 ** Math.max(0, Math.floor(Math.log10(units)) - 1)
  return Math.max(step, Math.round(units / step) * step) * 100
}
