import { deepStrictEqual } from 'node:assert'
import { fileURLToPath } from 'node:url'
import { inChromium } from '../chromium.ts'
import { type BenchResult, geometricMean, machine, percentile, rounded } from '../figures.ts'
import { BenchData } from './data.ts'
import { QUERIES } from './queries.ts'
import { type CommitFigures, type LoadFigures, type Run, WINDOW_ROWS } from './run.ts'
import { SqliteLists } from './sqlite.ts'

export interface QueryBenchOptions {
  readonly rows: number
  readonly seed: number
  /** Runs of each query in the engine. */
  readonly runs: number
  /** Of these, how many SQLite answers too. */
  readonly sqliteRuns: number
  log(line: string): void
}

/** Large commits that are taken after the queries. */
const COMMITS = 5
const COMMIT_ROWS = 10_000

interface Measured {
  readonly name: string
  readonly runs: readonly Run[]
  readonly roundTripMs: readonly number[]
}

/**
 * The twelve list queries, in Chromium's web worker, and some of the same runs in SQLite: answers are compared, times set
 * side by side. A run is total, facets and five windows at random places.
 */
export const benchQuery = async (options: QueryBenchOptions): Promise<BenchResult> => {
  const { rows, seed, log } = options
  log(`loading ${rows} accounts into the worker`)
  const { load, measured, commits, browser } = await measureEngine(options)
  log('loading the same rows into SQLite')
  const sqlite = new SqliteLists(new BenchData(rows, seed))
  const metrics: Record<string, number> = {}
  const ratios: number[] = []
  for (const { name, runs, roundTripMs } of measured) {
    const sqliteMs = runs.slice(0, options.sqliteRuns).map((run) => timeSqlite(sqlite, name, run))
    const all = runs.map((run) => run.allMs)
    const windows = runs.flatMap((run) => run.windowMs)
    const figures = {
      p50_ms: percentile(all, 0.5),
      p99_ms: percentile(all, 0.99),
      window_p99_ms: percentile(windows, 0.99),
      round_trip_p50_ms: percentile(roundTripMs, 0.5),
      sqlite_p50_ms: percentile(sqliteMs, 0.5),
      selectivity:
        percentile(
          runs.map((run) => run.answer.total),
          0.5,
        ) / (name.startsWith('contacts') ? (load.rows['contacts'] ?? 1) : rows),
    }
    ratios.push(figures.sqlite_p50_ms / figures.p50_ms)
    for (const [key, value] of Object.entries(figures)) metrics[`${name}.${key}`] = rounded(value)
  }
  sqlite.close()
  const worst = (key: string): number =>
    Math.max(...measured.map(({ name }) => metrics[`${name}.${key}`] ?? Number.NaN))
  return {
    name: 'query',
    metrics: {
      ...metrics,
      worst_p50_ms: worst('p50_ms'),
      worst_p99_ms: worst('p99_ms'),
      window_p99_ms: worst('window_p99_ms'),
      geomean_ratio_to_sqlite: rounded(geometricMean(ratios)),
      ...commitFigures(commits),
      load_ms: Math.round(load.loadMs),
      ...memory(load, rows),
    },
    env: { ...machine(), browser, rows, seed, runs: options.runs, sqlite_runs: options.sqliteRuns },
  }
}

const measureEngine = (
  options: QueryBenchOptions,
): Promise<{
  load: LoadFigures
  measured: readonly Measured[]
  commits: readonly CommitFigures[]
  browser: string
}> =>
  inChromium(fileURLToPath(new URL('./page.ts', import.meta.url)), async (page, browser) => {
    const load = await page.evaluate(([rows, seed]) => window.bench.load(rows, seed), [
      options.rows,
      options.seed,
    ] as const)
    const measured: Measured[] = []
    for (const [i, { name }] of QUERIES.entries()) {
      const seed = options.seed * 1_000 + i
      await page.evaluate(([query, from]) => window.bench.run(query, from, 10), [name, seed + 500] as const)
      const runs = await page.evaluate(([query, from, count]) => window.bench.run(query, from, count), [
        name,
        seed,
        options.runs,
      ] as const)
      const roundTripMs = await page.evaluate((some) => window.bench.roundTrips(some), runs.slice(0, 30))
      options.log(
        `${name}: p50 ${rounded(
          percentile(
            runs.map((run) => run.allMs),
            0.5,
          ),
        )} ms`,
      )
      measured.push({ name, runs, roundTripMs })
    }
    const commits: CommitFigures[] = []
    for (let i = 0; i < COMMITS; i++)
      commits.push(
        await page.evaluate(([seed, rows]) => window.bench.commit(seed, rows), [
          options.seed + i,
          COMMIT_ROWS,
        ] as const),
      )
    return { load, measured, commits, browser: browser.version() }
  })

/** Milliseconds that SQLite takes for the same; throws where it answers otherwise. */
const timeSqlite = (sqlite: SqliteLists, name: string, run: Run): number => {
  const groups = QUERIES.find((query) => query.name === name)?.groups
  const begun = performance.now()
  const answer = sqlite.answer(run.spec, run.starts, WINDOW_ROWS)
  if (groups) sqlite.groups(run.spec)
  const took = performance.now() - begun
  deepStrictEqual(answer, run.answer, `${name}: SQLite and the engine differ on ${JSON.stringify(run.spec)}`)
  return took
}

const commitFigures = (commits: readonly CommitFigures[]): Record<string, number> => {
  const slices = commits.flatMap((commit) => commit.sliceMs)
  return {
    commit_rows: commits[0]?.rows ?? 0,
    commit_slice_p99_ms: rounded(percentile(slices, 0.99)),
    commit_worst_slice_ms: rounded(Math.max(...slices)),
    commit_query_worst_ms: rounded(Math.max(...commits.flatMap((commit) => commit.queryMs))),
    commit_total_p50_ms: rounded(
      percentile(
        commits.map(({ sliceMs }) => sliceMs.reduce((sum, ms) => sum + ms, 0)),
        0.5,
      ),
    ),
  }
}

const memory = (load: LoadFigures, rows: number): Record<string, number> => ({
  ...Object.fromEntries(
    Object.entries(load.bytesBy).map(([entity, bytes]) => [`${entity}_bytes_per_account`, Math.round(bytes / rows)]),
  ),
  text_bytes_per_account: Math.round(Object.values(load.textBytesBy).reduce((sum, bytes) => sum + bytes, 0) / rows),
})
