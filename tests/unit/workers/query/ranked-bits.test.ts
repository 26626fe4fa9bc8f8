import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bitmapOf, setBit } from '../../../../workers/query/store/bitmap.ts'
import { RankedBits } from '../../../../workers/query/store/ranked-bits.ts'

const sets = fc.tuple(fc.integer({ min: 1, max: 3_000 }), fc.uniqueArray(fc.nat(2_999), { maxLength: 2_000 }))

test('rank, select and next agree with the sorted numbers', () => {
  fc.assert(
    fc.property(sets, ([size, numbers]) => {
      const held = numbers.filter((n) => n < size).sort((a, b) => a - b)
      const bits = bitmapOf(size)
      for (const n of held) setBit(bits, n)
      const ranked = new RankedBits(bits)
      expect(ranked.count).toBe(held.length)
      held.forEach((n, k) => {
        expect(ranked.select(k)).toBe(n)
        expect(ranked.rank(n)).toBe(k)
        expect(ranked.next(n)).toBe(held[k + 1] ?? -1)
      })
      expect(ranked.select(held.length)).toBe(-1)
      expect(ranked.rank(size)).toBe(held.length)
    }),
    { numRuns: 200 },
  )
})
