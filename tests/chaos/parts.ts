import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { noFaults } from './faults.ts'
import { findings, type SeedResult } from './report.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const PROGRESS = 500

export interface PartsOptions {
  readonly tier: 'sim' | 'real'
  readonly first: number
  readonly seeds: number
  /** Parts that run at the same time. */
  readonly jobs: number
  /** Seeds of one process: what a run left behind in it goes with it. */
  readonly size: number
  readonly say: (line: string) => void
}

/** Objects die young here: a larger nursery collects them more seldom. */
const FLAGS = ['--max-semi-space-size=16']

/** Runs seeds in child processes, several at once; answers their results in the order of the seeds. */
export const runParts = async ({ tier, first, seeds, jobs, size, say }: PartsOptions): Promise<SeedResult[]> => {
  const end = first + seeds
  const results: SeedResult[] = []
  const began = performance.now()
  let next = first
  const done = (result: SeedResult): void => {
    results.push(result)
    if (results.length % PROGRESS > 0) return
    const bad = results.filter((one) => findings(one).length > 0).length
    say(
      `${results.length} of ${seeds} seeds, ${bad} with findings, ${Math.round((performance.now() - began) / 1_000)} s`,
    )
  }
  const worker = async (): Promise<void> => {
    while (next < end) {
      const from = next
      next = Math.min(next + size, end)
      await runRange(tier, from, next, done)
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  return results.sort((a, b) => a.seed - b.seed)
}

/** A process that ends early costs the seed that it was at, which counts as an error; another goes on behind it. */
const runRange = async (
  tier: 'sim' | 'real',
  from: number,
  end: number,
  done: (result: SeedResult) => void,
): Promise<void> => {
  for (let at = from; at < end; at++) {
    const argv = [`--${tier}`, '--lines', '--seed', String(at), '--seeds', String(end - at)]
    const part = spawn(process.execPath, [...FLAGS, MAIN, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] })
    let rest = ''
    part.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        done(JSON.parse(line))
        at++
      }
    })
    const code = await new Promise((resolve) => part.once('close', (status, signal) => resolve(signal ?? status)))
    if (at < end) done(failed(at, `the process ended with ${code}`))
  }
}

const failed = (seed: number, error: string): SeedResult => ({
  seed,
  ops: 0,
  faults: noFaults(),
  conflicts: 0,
  refusals: 0,
  lost: [],
  duplicated: [],
  diverged: [],
  stalled: [],
  errors: [error],
})
