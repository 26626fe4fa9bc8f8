import { expect, test } from 'vitest'
import { runChaos } from '../support/chaos-process.ts'

const SEEDS = 12

test(`${SEEDS} simulated runs under faults lose, double, diverge and stall nothing`, async () => {
  const first = Number(process.env['SEED'] ?? 1)
  const { report, log } = await runChaos(['--sim', '--seeds', String(SEEDS), '--seed', String(first)])
  expect(report, log).toMatchObject({ seeds: SEEDS, lost: 0, duplicated: 0, diverged: 0, stalled: 0, errors: 0 })
  expect(report.ops).toBeGreaterThanOrEqual(200 * SEEDS)
  expect(report.conflicts).toBeGreaterThan(0)
  expect(report.refusals).toBeGreaterThan(report.conflicts)
})

test('a seed replays to the byte', async () => {
  const one = await runChaos(['--sim', '--seeds', '2', '--seed', '3'])
  const other = await runChaos(['--sim', '--seeds', '1', '--seed', '4'])
  const again = await runChaos(['--sim', '--seeds', '1', '--seed', '3'])
  expect(again.digests.get(3)).toBe(one.digests.get(3))
  // The second seed of a process as the first of another.
  expect(other.digests.get(4)).toBe(one.digests.get(4))
  expect(one.digests.get(3)).not.toBe(one.digests.get(4))
})
