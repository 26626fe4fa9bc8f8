import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const MAIN = path.join(import.meta.dirname, '../chaos/loop/main.ts')
const TIMEOUT_MS = 1_200_000

const report = z.object({
  steps: z.number(),
  failures: z.array(z.object({ n: z.number(), findings: z.array(z.string()) })),
})

const loop = async (...argv: string[]): Promise<z.output<typeof report>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...argv], { maxBuffer: 1 << 26 })
  return report.parse(JSON.parse(stdout))
}

/**
 * First load, columns stored, a stop and a start from them, 409, create, edit, conflict, delete, settle, verify; each
 * step in turn fails, every write and every read of replica.db, outbox.db and columns.db and every request, none left
 * out. Once nothing fails any more the running process comes to rest, says so, and its lists show what the server has;
 * then it is killed and started again: files intact, at rest, nothing lost or doubled, replica and lists equal to the
 * server.
 */
describe.concurrent('one scenario, every step of which fails in turn', () => {
  for (const [rules, what, least] of [
    ['R-2 W-1', 'writes', 400],
    ['R-13 S-4', 'reads', 400],
    ['R-8 W-10', 'network', 40],
  ] as const)
    for (const lasting of ['once', 'lasting'])
      test(`${rules} the n-th step of the ${what} fails (${lasting})`, { timeout: TIMEOUT_MS }, async () => {
        const { steps, failures } = await loop(what, lasting)
        expect(failures).toEqual([])
        expect(steps).toBeGreaterThan(least)
        console.info(`${what} (${lasting}): ${steps} steps`)
      })

  test('W-14 a fault in the settle rule turns the loop red', { timeout: TIMEOUT_MS }, async () => {
    const { failures } = await loop('network', 'once', 'settle')
    expect(failures.length).toBeGreaterThan(0)
  })
})
