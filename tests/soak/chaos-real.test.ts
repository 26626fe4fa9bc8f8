import { expect, test } from 'vitest'
import { runChaos } from '../support/chaos-process.ts'

test('five clients, gateway, endpoint and Postgres as real processes under faults lose nothing', async () => {
  const { report, log } = await runChaos(['--real', '--seeds', '1', '--seed', '2'])
  expect(report, log).toMatchObject({ seeds: 1, lost: 0, duplicated: 0, diverged: 0, stalled: 0, errors: 0 })
  expect(Object.values(report.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50)
})
