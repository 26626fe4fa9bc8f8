import * as Comlink from 'comlink'
import type { FeedEntity } from '../../core/protocol/query-port.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import { seededRandom } from '../../core/random.ts'
import { createEngine } from '../../workers/query/engine.ts'
import { type BareFigures, bareLoops } from './bare-loops.ts'
import { BENCH_TODAY, BenchData } from './data.ts'
import { pieceOf } from './feed.ts'
import { QUERIES } from './queries.ts'
import { type LoadFigures, type Run, WINDOW_ROWS } from './run.ts'

const WINDOWS = 5
const PIECE_ROWS = 8_192

const engine = createEngine({ today: () => BENCH_TODAY })
let data = new BenchData(0, 0)

const runOnce = (name: string, random: () => number): Run => {
  const query = QUERIES.find((candidate) => candidate.name === name)
  if (!query) throw new Error(`no query ${name}`)
  const spec = query.draw(random, data)
  const places = Array.from({ length: WINDOWS }, random)
  const windowMs: number[] = []
  const windows: string[][] = []
  const begun = performance.now()
  const opened = engine.open(spec)
  if (query.groups) engine.groups(opened.list, query.groups.by, query.groups.money)
  const openMs = performance.now() - begun
  const starts = places.map((place) => Math.floor(place * Math.max(0, opened.total - WINDOW_ROWS)))
  for (const start of starts) {
    const from = performance.now()
    windows.push(engine.rows(opened.list, start, WINDOW_ROWS).map((row) => row.id))
    windowMs.push(performance.now() - from)
  }
  const allMs = performance.now() - begun
  engine.rows(opened.list, starts.at(-1) ?? 0, WINDOW_ROWS)
  const againMs = performance.now() - begun - allMs
  engine.close(opened.list)
  const answer = { total: opened.total, facets: opened.facets, windows }
  return { spec, starts, openMs, windowMs, againMs, allMs, answer }
}

const api = {
  /** Loads the bench data and brings every index up to date. */
  load(accounts: number, seed: number): LoadFigures {
    const begun = performance.now()
    data = new BenchData(accounts, seed)
    for (const entity of ['accounts', 'contacts', 'tasks', 'meetings'] satisfies FeedEntity[]) {
      let rows = []
      for (const row of data.rows(entity)) {
        rows.push(row)
        if (rows.length < PIECE_ROWS) continue
        engine.applyPiece(pieceOf(entity, rows))
        rows = []
      }
      engine.applyPiece(pieceOf(entity, rows))
      engine.loaded(entity)
    }
    while (engine.upkeep());
    return { loadMs: performance.now() - begun, ...engine.stats() }
  },
  /** Runs one query with constants drawn anew each time. */
  run(name: string, seed: number, runs: number): readonly Run[] {
    const random = seededRandom(seed)
    return Array.from({ length: runs }, () => runOnce(name, random))
  },
  bare: (rows: number, seed: number): BareFigures => bareLoops(rows, seed),
  open: (spec: ListSpec) => engine.open(spec),
  rows: (list: number, start: number) => engine.rows(list, start, WINDOW_ROWS),
  close: (list: number) => engine.close(list),
}

export type BenchApi = typeof api

Comlink.expose(api)
