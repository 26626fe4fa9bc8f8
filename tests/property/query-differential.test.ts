import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { OPS } from '../../core/query/spec.ts'
import { fuzzQueries } from '../support/query/fuzz.ts'

const QUERIES = Number(process.env['OUTPOST_FUZZ_QUERIES'] ?? 10_000)
const SEED = Number(process.env['OUTPOST_FUZZ_SEED'] ?? randomInt(1_000_000_000))

test(`engine, reference and SQLite agree on ${QUERIES} random queries (OUTPOST_FUZZ_SEED=${SEED})`, {
  timeout: 600_000,
}, () => {
  const tally = fuzzQueries(SEED, QUERIES)
  console.log(JSON.stringify(tally))
  expect(tally.withResults / tally.queries).toBeGreaterThanOrEqual(0.6)
  expect(tally.unmerged / tally.queries).toBeGreaterThanOrEqual(0.3)
  expect(tally.midCommit / tally.queries).toBeGreaterThanOrEqual(0.02)
  expect(tally.restored / tally.queries).toBeGreaterThanOrEqual(0.004)
  for (const op of OPS) expect(tally.ops[op] ?? 0, op).toBeGreaterThanOrEqual(QUERIES / 50)
})
