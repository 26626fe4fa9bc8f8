import type { Row } from '../core/model/field.ts'
import { FEED_ENTITIES, type FeedEntity, type ToQueryWorker } from '../core/protocol/query-port.ts'
import { PROTOCOL_VERSION } from '../core/protocol/version.ts'
import { defaultFacets } from '../core/query/fields.ts'
import { localDay } from '../core/query/relative-day.ts'
import type { Facets, QuerySpec } from '../core/query/spec.ts'
import { createEngine, type Engine } from '../workers/query/engine.ts'
import { pageOf } from '../workers/sync/page.ts'
import { QueryFeed } from '../workers/sync/query-feed.ts'
import type { Beside } from './beside.ts'

export interface ListAnswer {
  readonly total: number
  readonly facets: Facets
  readonly ids: readonly string[]
  readonly rows: readonly Readonly<Record<string, Row[string]>>[]
}

/** Answers a list query from a data folder with the app's own engine, fed by the app's own feed. */
export const answerList = async (files: Beside, spec: QuerySpec, now: number): Promise<ListAnswer> => {
  const today = localDay(now, new Date(now).getTimezoneOffset())
  const engine = createEngine({ today: () => today })
  await fill(engine, files)
  const { start, count, ...list } = spec
  const facets = list.facets.length > 0 ? list.facets : [...defaultFacets(list.entity)]
  const opened = engine.open({ ...list, facets })
  const rows = engine.rows(opened.list, start, count)
  return {
    total: opened.total,
    facets: opened.facets,
    ids: rows.map(({ id }) => id),
    rows: rows.map(({ id, mark, values }) => ({ id, ...values, mark })),
  }
}

/** Tells the engine everything that the folder shows now. */
const fill = (engine: Engine, { outbox, local }: Beside): Promise<void> =>
  new Promise((resolve, reject) => {
    const loaded = new Set<FeedEntity>()
    const take = (message: ToQueryWorker): void => {
      if (message.t === 'piece') {
        engine.applyPiece(message)
        queueMicrotask(() => feed.receive({ t: 'ack' }))
      } else if (message.t === 'commit') engine.applyCommit(message)
      else if (message.t === 'loaded') {
        engine.loaded(message.entity)
        if (loaded.add(message.entity).size === FEED_ENTITIES.length) resolve()
      }
    }
    const feed = new QueryFeed(
      {
        page: async (request) => pageOf(local.reads, request),
        rows: async (entity, ids) =>
          ids.map((id) => {
            const placed = local.reads.placed(entity, id)
            return { id, rowid: placed?.rowid ?? null, row: placed?.row ?? null }
          }),
        overlay: (entity, id) => outbox.memory.shown(entity, id),
        pause: async () => {},
        overlaid: (entity) => [...outbox.memory.refs(entity)].map(({ id }) => id),
        hiddenAccounts: () => outbox.memory.hiddenAccounts,
        // What is here is all that there is to tell, even in the middle of a first load.
        complete: () => true,
      },
      take,
      reject,
    )
    feed.receive({ t: 'hello', protocol: PROTOCOL_VERSION })
  })
