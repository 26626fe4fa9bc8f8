import { expect, test } from 'vitest'
import { fuzzQueries } from '../support/query/fuzz.ts'
import { PLANTED } from '../support/query/planted-faults.ts'

/** Fixed: a fault is caught or it is not. */
const SEED = 20_260_310
const QUERIES = 1_000

test('without a fault these queries agree', () => {
  expect(fuzzQueries(SEED, QUERIES).queries).toBeGreaterThanOrEqual(QUERIES)
})

test.each(Object.entries(PLANTED))('the fuzz catches: %s', (_name, plant) => {
  const takeOut = plant()
  try {
    expect(() => fuzzQueries(SEED, QUERIES)).toThrow(/differ; replay with OUTPOST_FUZZ_SEED=|indexOf; replay/)
  } finally {
    takeOut()
  }
})
