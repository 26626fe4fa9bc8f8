import { expect, test } from 'vitest'
import { z } from 'zod'
import { uuidv7 } from '../../../core/id.ts'
import { seededRandom } from '../../../core/random.ts'

test('ids are UUIDv7 and sort by the time they were made', () => {
  const random = seededRandom(7)
  const ids = Array.from({ length: 200 }, (_, i) => uuidv7(1_790_000_000_000 + i, random))
  for (const id of ids) expect(z.uuidv7().safeParse(id).success).toBe(true)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('the seeded generator repeats itself', () => {
  const take = () => {
    const random = seededRandom(42)
    return [random(), random(), random()]
  }
  expect(take()).toEqual(take())
})
