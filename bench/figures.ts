import { cpus, totalmem } from 'node:os'

/** What a bench reports: figures by key, units in the key. */
export interface BenchResult {
  readonly name: string
  readonly metrics: Readonly<Record<string, number>>
  readonly env: Readonly<Record<string, string | number>>
}

/** The value below which a share `p` (0 … 1) of the samples lies; NaN of none. */
export const percentile = (samples: readonly number[], p: number): number => {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

/** Three significant digits: what such a measurement can carry. */
export const rounded = (value: number): number => Number(value.toPrecision(3))

/** The machine that measured. */
export const machine = (): Record<string, string | number> => ({
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
})
