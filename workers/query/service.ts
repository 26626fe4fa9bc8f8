import { OutpostError } from '../../core/errors.ts'
import {
  FEED_ENTITIES,
  type FeedEntity,
  type FromQueryWorker,
  type ToQueryWorker,
} from '../../core/protocol/query-port.ts'
import type { ListChange, ListSummary, QueryApi } from '../../core/protocol/query-worker.ts'
import { PROTOCOL_VERSION } from '../../core/protocol/version.ts'
import { type ListSpec, listSpec } from '../../core/query/spec.ts'
import { createEngine, type Engine, type EngineOptions } from './engine.ts'

/** What is used of a MessagePort to the sync process. */
export interface FeedPort {
  postMessage(message: FromQueryWorker): void
  /** Hands every message to `listener`, the only one. */
  listen(listener: (message: ToQueryWorker) => void): void
  close(): void
}

export interface QueryService extends QueryApi<FeedPort> {
  upkeep(): boolean
  dayChanged(): void
}

interface ServedList {
  readonly spec: ListSpec
  readonly onChange: (change: ListChange) => void
  /** Its number in the live engine. */
  number: number
}

/**
 * The query worker without its worker: keeps an engine fed by the sync process, and a second one while the rows on disk
 * are swapped whole, so that no list empties in between.
 *
 * @param onFed called after each message of the sync process: upkeep may be due
 */
export const createQueryService = (options: EngineOptions, onFed: () => void): QueryService => {
  const lists = new Map<number, ServedList>()
  let nextList = 1
  let live = createEngine(options)
  let liveComplete = false
  let feeds = 0
  let port: FeedPort | null = null
  let revision = 0

  const openIn = (engine: Engine, list: ServedList): ListSummary => {
    const { list: number, ...summary } = engine.open(list.spec, (change) => {
      if (engine === live) list.onChange({ ...change, revision: ++revision })
    })
    list.number = number
    return summary
  }

  /** Says hello and feeds an engine from the line: the live one unless it is complete, then its successor. */
  const feed = (line: FeedPort): void => {
    const engine = createEngine(options)
    const feedNumber = ++feeds
    const loaded = new Set<FeedEntity>()
    if (!liveComplete) succeed(engine)
    const apply = (message: ToQueryWorker): void => {
      if (line !== port || feedNumber !== feeds) return
      switch (message.t) {
        case 'piece':
          engine.applyPiece(message)
          line.postMessage({ t: 'ack' })
          break
        case 'commit':
          engine.applyCommit(message)
          break
        case 'loaded':
          engine.loaded(message.entity)
          loaded.add(message.entity)
          if (loaded.size < FEED_ENTITIES.length) break
          liveComplete = true
          if (engine !== live) succeed(engine)
          break
        case 'reload':
          feed(line)
          return
      }
      onFed()
    }
    line.listen(apply)
    line.postMessage({ t: 'hello', protocol: PROTOCOL_VERSION })
  }

  const succeed = (engine: Engine): void => {
    live = engine
    for (const list of lists.values()) list.onChange({ ...openIn(engine, list), revision: ++revision })
  }

  const served = (number: number): ServedList => {
    const list = lists.get(number)
    if (!list) throw new OutpostError('not_found', 'The list is not open any more.')
    return list
  }

  return {
    connect(line) {
      port?.close()
      port = line
      feed(line)
    },
    async open(spec, onChange) {
      const parsed = listSpec.safeParse(spec)
      if (!parsed.success) throw new OutpostError('invalid_request', parsed.error.issues[0]?.message)
      const list: ServedList = { spec: parsed.data, onChange, number: 0 }
      const summary = openIn(live, list)
      const number = nextList++
      lists.set(number, list)
      return { ...summary, list: number }
    },
    rows: async (list, start, count) => live.rows(served(list).number, start, count),
    idsBetween: async (list, from, to) => live.idsBetween(served(list).number, from, to),
    indexOf: async (list, id) => live.indexOf(served(list).number, id),
    groups: async (list, by, money) => live.groups(served(list).number, by, money),
    close(number) {
      const list = lists.get(number)
      if (list) live.close(list.number)
      lists.delete(number)
    },
    stats: async () => live.stats(),
    upkeep: () => live.upkeep(),
    dayChanged: () => live.dayChanged(),
  }
}
