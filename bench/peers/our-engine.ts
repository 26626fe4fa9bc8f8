import { createEngine } from '../../workers/query/engine.ts'
import { BENCH_TODAY } from '../query/data.ts'
import { listRow, pieceOf } from '../query/feed.ts'
import { type Peer, startsAt } from './peer.ts'

export const ourEngine = (): Peer => {
  const engine = createEngine({ today: () => BENCH_TODAY })
  let watched = 0
  return {
    name: 'outpost',
    async load(rows) {
      engine.applyPiece(pieceOf('accounts', rows))
      for (const entity of ['accounts', 'contacts', 'tasks', 'meetings'] as const) engine.loaded(entity)
      while (engine.upkeep());
    },
    async ask(spec, places, count) {
      const opened = engine.open(spec)
      const starts = startsAt(places, opened.total, count)
      const windows = starts.map((start) => engine.rows(opened.list, start, count).map((row) => row.id))
      engine.close(opened.list)
      return { total: opened.total, facets: opened.facets, windows }
    },
    async watch(spec) {
      watched = engine.open(spec).list
    },
    async update(row) {
      engine.applyCommit({
        t: 'commit',
        changes: [{ entity: 'accounts', upserts: [listRow('accounts', row)], removes: [] }],
      })
      return engine.summary(watched).total
    },
  }
}
