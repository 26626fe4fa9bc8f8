import { deepStrictEqual } from 'node:assert'
import { fileURLToPath } from 'node:url'
import { inChromium } from '../chromium.ts'
import { type BenchResult, geometricMean, machine, percentile, rounded } from '../figures.ts'
import type { BareFigures } from './bare-loops.ts'
import { BenchData } from './data.ts'
import { QUERIES } from './queries.ts'
import { type LoadFigures, type Run, type WaitFigures, WINDOW_ROWS } from './run.ts'
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

const PAGE = fileURLToPath(new URL('./page.ts', import.meta.url))

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
  const tenth = await measureEngine({ ...options, rows: Math.round(rows / 10) })
  const { load, measured, bare, browser } = await measureEngine(options)
  const waits = await measureCommits(options)
  log('loading the same rows into SQLite')
  const sqlite = new SqliteLists(new BenchData(rows, seed))
  const metrics: Record<string, number> = {}
  const ratios: number[] = []
  for (const { name, runs, roundTripMs } of measured) {
    for (const run of runs.slice(-1)) timeSqlite(sqlite, name, run)
    const sqliteMs = runs.slice(0, options.sqliteRuns).map((run) => timeSqlite(sqlite, name, run))
    const all = runs.map((run) => run.allMs)
    const windows = runs.flatMap((run) => run.windowMs)
    const figures = {
      p50_ms: percentile(all, 0.5),
      p99_ms: percentile(all, 0.99),
      open_p50_ms: percentile(
        runs.map((run) => run.openMs),
        0.5,
      ),
      window_p50_ms: percentile(windows, 0.5),
      window_p99_ms: percentile(windows, 0.99),
      ...growth(runs, tenth.measured.find((less) => less.name === name)?.runs ?? []),
      round_trip_p50_ms: percentile(roundTripMs, 0.5),
      sqlite_p50_ms: percentile(sqliteMs, 0.5),
      selectivity:
        percentile(
          runs.map((run) => run.answer.total),
          0.5,
        ) / (name.startsWith('contacts') ? (load.rows['contacts'] ?? 1) : rows),
    }
    ratios.push(figures.sqlite_p50_ms / figures.p50_ms)
    // A query that finds too little for a full window has no growth of one.
    for (const [key, value] of Object.entries(figures))
      if (!Number.isNaN(value)) metrics[`${name}.${key}`] = rounded(value)
  }
  sqlite.close()
  const worst = (key: string): number =>
    Math.max(...measured.map(({ name }) => metrics[`${name}.${key}`] ?? Number.NaN).filter((n) => !Number.isNaN(n)))
  return {
    name: 'query',
    metrics: {
      ...metrics,
      worst_p50_ms: worst('p50_ms'),
      worst_p99_ms: worst('p99_ms'),
      window_p99_ms: worst('window_p99_ms'),
      geomean_ratio_to_sqlite: rounded(geometricMean(ratios)),
      worst_open_growth: worst('open_growth'),
      worst_window_growth: worst('window_growth'),
      worst_window_again_growth: worst('window_again_growth'),
      ...bareFigures(bare, tenth.bare),
      ...waitFigures(waits),
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
  bare: BareFigures
  browser: string
}> =>
  inChromium(PAGE, async (page, browser) => {
    options.log(`loading ${options.rows} accounts into the worker`)
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
    const bare = await page.evaluate(([rows, seed]) => window.bench.bare(rows, seed), [
      options.rows,
      options.seed,
    ] as const)
    return { load, measured, bare, browser: browser.version() }
  })

const measureCommits = ({ rows, seed, log }: QueryBenchOptions): Promise<WaitFigures> => {
  log(`queries while commits come, over ${rows} accounts`)
  return inChromium(PAGE, (page) =>
    page.evaluate(([accounts, from]) => window.bench.waits(accounts, from), [rows, seed] as const),
  )
}

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

/**
 * How many times as long opening and a full window take as with a tenth of the rows: 10 is linear, 1 does not grow. A
 * window asked for twice does the same work with its rows in the caches: where that does not grow, the first one grows
 * by nothing but the way to rows that are not there.
 */
const growth = (
  runs: readonly Run[],
  tenth: readonly Run[],
): Record<'open_growth' | 'window_growth' | 'window_again_growth', number> => {
  const median = (some: readonly Run[], read: (run: Run) => readonly number[]): number =>
    percentile(some.flatMap(read), 0.5)
  const times = (read: (run: Run) => readonly number[]): number => median(runs, read) / median(tenth, read)
  const isFull = ({ answer }: Run, i: number): boolean => answer.windows.at(i)?.length === WINDOW_ROWS
  return {
    open_growth: times((run) => [run.openMs]),
    window_growth: times((run) => run.windowMs.filter((_, i) => isFull(run, i))),
    window_again_growth: times((run) => (isFull(run, -1) ? [run.againMs] : [])),
  }
}

/**
 * The same of loops that have no engine in them: what ten times the rows cost on this machine at the least. A tenth of
 * the rows fits caches that all of them do not.
 */
const bareFigures = (bare: BareFigures, tenth: BareFigures): Record<string, number> => ({
  bare_scan_ns_per_row: rounded(bare.scanNs),
  bare_scan_growth: rounded((10 * bare.scanNs) / tenth.scanNs),
  bare_gather_ns_per_row: rounded(bare.gatherNs),
  bare_gather_growth: rounded((10 * bare.gatherNs) / tenth.gatherNs),
})

/** A query's wait: what its round trip takes longer while a commit comes than the same query does otherwise. */
const waitFigures = ({ quiet, busy, seenMs }: WaitFigures): Record<string, number> => {
  const usual = (name: string): number =>
    percentile(
      quiet.flatMap((query) => (query.name === name ? [query.ms] : [])),
      0.5,
    )
  const waits = busy.map(({ name, ms }) => Math.max(0, ms - usual(name)))
  const trips = busy.map(({ ms }) => ms)
  return {
    commit_queries: busy.length,
    commit_wait_p50_ms: rounded(percentile(waits, 0.5)),
    commit_wait_p99_ms: rounded(percentile(waits, 0.99)),
    commit_wait_max_ms: rounded(Math.max(...waits)),
    commit_round_trip_p99_ms: rounded(percentile(trips, 0.99)),
    commit_round_trip_max_ms: rounded(Math.max(...trips)),
    commit_seen_p50_ms: rounded(percentile(seenMs, 0.5)),
  }
}

/** Bytes of typed arrays and indexes of each table, by its own rows and by account; the texts themselves apart. */
const memory = (load: LoadFigures, accounts: number): Record<string, number> => ({
  bytes_per_account: Math.round((load.bytesBy['accounts'] ?? 0) / accounts),
  search_bytes_per_account: Math.round((load.searchBytesBy['accounts'] ?? 0) / accounts),
  // Contacts have a search of their own, which also finds their accounts.
  contacts_search_bytes_per_account: Math.round((load.searchBytesBy['contacts'] ?? 0) / accounts),
  ...Object.fromEntries(
    Object.entries(load.bytesBy).flatMap(([entity, bytes]) =>
      entity === 'accounts'
        ? []
        : [
            [`${entity}_bytes_per_row`, Math.round(bytes / (load.rows[entity] ?? 1))],
            [`${entity}_bytes_per_account`, Math.round(bytes / accounts)],
          ],
    ),
  ),
  text_bytes_per_account: Math.round(Object.values(load.textBytesBy).reduce((sum, bytes) => sum + bytes, 0) / accounts),
})
