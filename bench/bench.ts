import { loadavg } from 'node:os'
import { type BenchResult, machine, percentile, rounded } from './figures.ts'
import { watchStolen } from './stolen.ts'

/** What a bench is asked for. */
export interface BenchOptions {
  /** Accounts in the data. */
  readonly rows: number
  /** Told what the bench does now. */
  readonly log: (line: string) => void
}

/** Figures by name; units are in the names. */
export type Metrics = Readonly<Record<string, number>>
export type Bench = (options: BenchOptions) => Promise<Metrics>

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/**
 * Runs a bench and says where; the machine's load before it, and what its host kept of the cores during it, tell how far the
 * figures can be trusted.
 */
export const report = async (name: string, bench: Bench, options: BenchOptions): Promise<BenchResult> => {
  const load_1m = rounded(loadavg()[0] ?? 0)
  const stolen = watchStolen()
  const measured = await bench(options)
  const stolen_percent = stolen()
  const metrics = Object.fromEntries(Object.entries(measured).map(([key, value]) => [key, figure(value)]))
  return {
    name,
    metrics,
    env: { ...machine(), load_1m, ...(stolen_percent === null ? {} : { stolen_percent: rounded(stolen_percent) }) },
  }
}

const figure = (value: number): number => (Number.isInteger(value) ? value : rounded(value))
