import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const MAIN = path.join(import.meta.dirname, '../chaos/loop/main.ts')
const TIMEOUT_MS = 400_000

const report = z.object({
  steps: z.number(),
  failures: z.array(z.object({ n: z.number(), findings: z.array(z.string()) })),
})

const loop = async (...argv: string[]): Promise<z.output<typeof report>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...argv], { maxBuffer: 1 << 26 })
  return report.parse(JSON.parse(stdout))
}

/**
 * First load, 409, create, edit, conflict, delete, settle, verify; each step in turn fails, then the process is killed
 * and started again: files intact, at rest, nothing lost or doubled, the replica equal to the server.
 */
describe.concurrent('one scenario, every step of which fails in turn', () => {
  for (const [what, least] of [
    ['sqlite', 300],
    ['network', 40],
  ] as const)
    for (const lasting of ['once', 'lasting'])
      test(`R-2 W-1 the n-th ${what} step fails (${lasting})`, { timeout: TIMEOUT_MS }, async () => {
        const { steps, failures } = await loop(what, lasting)
        expect(failures).toEqual([])
        expect(steps).toBeGreaterThan(least)
      })

  test('W-14 a fault in the settle rule turns the loop red', { timeout: TIMEOUT_MS }, async () => {
    const { failures } = await loop('network', 'once', 'settle')
    expect(failures.length).toBeGreaterThan(0)
  })
})
