import { spawn } from 'node:child_process'
import path from 'node:path'
import { z } from 'zod'

const MAIN = path.join(import.meta.dirname, '../chaos/main.ts')

export const chaosReport = z.strictObject({
  seeds: z.number(),
  ops: z.number(),
  faults: z.record(z.string(), z.number()),
  conflicts: z.number(),
  refusals: z.number(),
  lost: z.number(),
  duplicated: z.number(),
  diverged: z.number(),
  stalled: z.number(),
  errors: z.number(),
})

export interface ChaosRun {
  readonly report: z.output<typeof chaosReport>
  /** Seed → hash of everything that happened. */
  readonly digests: ReadonlyMap<number, string>
  readonly log: string
}

/** `npm run -s chaos -- … --json`, without npm. */
export const runChaos = async (argv: readonly string[]): Promise<ChaosRun> => {
  const child = spawn(process.execPath, [MAIN, ...argv, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  await new Promise((resolve) => child.once('close', resolve))
  const digests = [...texts.stderr.matchAll(/^seed (\d+): ([0-9a-f]{64})$/gm)]
  try {
    return {
      report: chaosReport.parse(JSON.parse(texts.stdout)),
      digests: new Map(digests.map(([, seed, digest]) => [Number(seed), digest ?? ''])),
      log: texts.stderr,
    }
  } catch (thrown) {
    throw new Error(`chaos ${argv.join(' ')} answered no report: ${texts.stderr.slice(-2_000)}`, { cause: thrown })
  }
}
