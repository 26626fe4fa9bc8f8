import * as Comlink from 'comlink'
import type { BareFigures } from './bare-loops.ts'
import type { LoadFigures, Run, WaitFigures } from './run.ts'
import { measureWaits } from './waits.ts'
import type { BenchApi } from './worker.ts'

/** What the bench calls in the page; the engine itself runs in a worker of it. */
export interface QueryBenchPage {
  load(accounts: number, seed: number): Promise<LoadFigures>
  run(name: string, seed: number, runs: number): Promise<readonly Run[]>
  /** Loops over so many rows that have no engine in them. */
  bare(rows: number, seed: number): Promise<BareFigures>
  /** The same runs again through Comlink, a call for each step: milliseconds as the page sees them. */
  roundTrips(runs: readonly Run[]): Promise<readonly number[]>
  /** Queries while large commits come, in the app's own worker. */
  waits(accounts: number, seed: number): Promise<WaitFigures>
}

declare global {
  interface Window {
    bench: QueryBenchPage
  }
}

const worker = Comlink.wrap<BenchApi>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))

window.bench = {
  load: (accounts, seed) => worker.load(accounts, seed),
  run: (name, seed, runs) => worker.run(name, seed, runs),
  bare: (rows, seed) => worker.bare(rows, seed),
  async roundTrips(runs) {
    const times: number[] = []
    for (const { spec, starts } of runs) {
      const begun = performance.now()
      const opened = await worker.open(spec)
      await Promise.all(starts.map((start) => worker.rows(opened.list, start)))
      times.push(performance.now() - begun)
      await worker.close(opened.list)
    }
    return times
  },
  waits: measureWaits,
}
