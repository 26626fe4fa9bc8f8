import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { BREAKS } from './breaks/install.ts'

export interface ChaosArguments {
  readonly tier: 'sim' | 'real'
  readonly first: number
  readonly seeds: number
  /** Processes that run seeds at the same time. */
  readonly jobs: number
  readonly json: boolean
  readonly faulty: keyof typeof BREAKS | null
  /** Prints everything that happened in each seed. */
  readonly trace: boolean
  /** Prints each seed's own result as a line of JSON, for the run that this one is a part of. */
  readonly lines: boolean
}

const schema = z.object({
  sim: z.boolean(),
  real: z.boolean(),
  seeds: z.coerce.number().int().min(1),
  seed: z.coerce.number().int().min(0),
  jobs: z.coerce.number().int().min(1),
  json: z.boolean(),
  trace: z.boolean(),
  lines: z.boolean(),
  break: z.enum(Object.keys(BREAKS) as (keyof typeof BREAKS)[]).nullable(),
})

/** @throws Error in words */
export const parseChaosArguments = (argv: readonly string[]): ChaosArguments => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sim: { type: 'boolean', default: false },
      real: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string' },
      json: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
      lines: { type: 'boolean', default: false },
      break: { type: 'string' },
    },
  })
  // Real processes keep real time, which a second world on the same cores would take from them.
  const jobs = values.jobs ?? (values.real ? 1 : availableParallelism())
  const parsed = schema.parse({ ...values, jobs, break: values.break ?? null })
  if (parsed.sim === parsed.real) throw new Error('Say either --sim or --real')
  if (parsed.real && parsed.break) throw new Error('--break needs --sim')
  return {
    tier: parsed.real ? 'real' : 'sim',
    first: parsed.seed,
    seeds: parsed.seeds,
    jobs: parsed.jobs,
    json: parsed.json,
    faulty: parsed.break,
    trace: parsed.trace,
    lines: parsed.lines,
  }
}
