import { describe, expect, test } from 'vitest'
import { runChaos } from '../support/chaos-process.ts'

const WITHIN = 50

describe('a faulty part is caught', () => {
  for (const name of ['ledger', 'lanes', 'version-guard', 'commit', 'settle'])
    test(`${name}, within ${WITHIN} seeds`, async () => {
      const { report, log } = await runChaos(['--sim', '--seeds', String(WITHIN), '--break', name])
      const { lost, duplicated, diverged, stalled, errors } = report
      expect(lost + duplicated + diverged + stalled + errors, log).toBeGreaterThan(0)
    })
})
