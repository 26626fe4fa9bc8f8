import type { Clock } from '../../core/clock.ts'
import { OutpostError } from '../../core/errors.ts'
import {
  FEED_ENTITIES,
  type FeedEntity,
  type FromQueryWorker,
  type ToQueryWorker,
  YIELD_MS,
} from '../../core/protocol/query-port.ts'
import type { ListChange, ListSummary, QueryApi } from '../../core/protocol/query-worker.ts'
import { PROTOCOL_VERSION } from '../../core/protocol/version.ts'
import { type ListSpec, listSpec } from '../../core/query/spec.ts'
import { type Commit, createEngine, type Engine, type EngineOptions } from './engine.ts'
import { SnapshotRefused } from './snapshot/sections.ts'
import { SnapshotLine, type SnapshotMessage } from './snapshot/snapshot-line.ts'

/** What is used of a MessagePort to the sync process. */
export interface FeedPort {
  postMessage(message: FromQueryWorker): void
  /** Hands every message to `listener`, the only one. */
  listen(listener: (message: ToQueryWorker) => void): void
  close(): void
}

export interface QueryService extends QueryApi<FeedPort> {
  dayChanged(): void
}

interface ServedList {
  readonly spec: ListSpec
  readonly onChange: (change: ListChange) => void
  /** Its number in the live engine. */
  number: number
}

/** Time as the service sees it; the worker gives timers, tests their own. */
export interface ServiceHost extends EngineOptions, Pick<Clock, 'after'> {
  /** Runs `work` after the messages that wait now. */
  pause(work: () => void): void
  /** Runs `work` when nothing came for a while; a second call replaces the first. */
  whenQuiet(work: () => void): void
  /** Milliseconds, rising. */
  now(): number
}

/** Applying what came may hold up a query this long. */
const SLICE_MS = 2

/**
 * The query worker without its worker: keeps an engine fed by the sync process, and a second one while the rows on disk
 * are swapped whole, so that no list empties in between. What comes is applied in slices, so that no query waits for it.
 */
export const createQueryService = (host: ServiceHost): QueryService => {
  const lists = new Map<number, ServedList>()
  let nextList = 1
  let live = createEngine(host)
  let liveComplete = false
  let feeds = 0
  let port: FeedPort | null = null
  let revision = 0
  const waiting: (() => Generator<undefined, void> | undefined)[] = []
  let running: Generator<undefined, void> | undefined
  let pumping = false
  let yieldUntil = Number.NEGATIVE_INFINITY
  /** Ends the yielding where it is under way. */
  let stopYielding: (() => void) | null = null
  /** What the feed does once upkeep has nothing left to do. */
  let onTidy: () => Generator<undefined, void> | undefined = () => undefined

  /** Opens of lists that wait for their sort: told where the line begins anew, which drops what waits. */
  const unsorted = new Set<() => void>()

  const openIn = (engine: Engine, list: ServedList): ListSummary => {
    const { list: number, ...summary } = engine.open(list.spec, (change) => {
      if (engine === live) list.onChange({ ...change, revision: ++revision })
    })
    list.number = number
    return summary
  }

  const pump = (): void => {
    const waitMs = yieldUntil - host.now()
    if (waitMs > 0 && unsorted.size === 0) stopYielding = host.after(waitMs, applySlice)
    else applySlice()
  }

  const applySlice = (): void => {
    stopYielding = null
    const until = host.now() + SLICE_MS
    // At least one step, however slow the clock's own reading is.
    do {
      running ??= waiting.shift()?.()
      if (running?.next().done) running = undefined
      if (!running && waiting.length === 0) {
        pumping = false
        host.whenQuiet(tidy)
        return
      }
    } while (host.now() < until)
    host.pause(pump)
  }

  const enqueue = (work: () => Generator<undefined, void> | undefined): void => {
    waiting.push(work)
    startPump()
  }

  const startPump = (): void => {
    if (pumping) return
    pumping = true
    host.pause(pump)
  }

  const yieldToPage = (): void => {
    const now = host.now()
    if (now < yieldUntil + YIELD_MS) return
    yieldUntil = now + YIELD_MS
    port?.postMessage({ t: 'opened' })
  }

  const tidy = (): void => {
    if (pumping) return
    if (live.upkeep()) host.pause(tidy)
    else {
      const work = onTidy()
      if (work) enqueue(() => work)
    }
  }

  /**
   * Calls `open` once the live engine has sorted as its list wants: at once where that is no long work, else in slices,
   * between which other calls are answered and before anything else is applied.
   */
  const whenSorted = (spec: ListSpec, open: () => void): void => {
    if (!live.sortsLong(spec)) {
      open()
      return
    }
    const opened = (): void => {
      if (unsorted.delete(opened)) open()
    }
    unsorted.add(opened)
    waiting.unshift(function* () {
      try {
        yield* live.sort(spec)
      } catch {
        // A sort that cannot be is told to the caller: opening throws the same.
      }
      opened()
    })
    if (stopYielding) {
      stopYielding()
      stopYielding = null
      host.pause(applySlice)
    } else startPump()
  }

  /** Says hello and feeds an engine from the line: the live one unless it is complete, then its successor. */
  const feed = (line: FeedPort): void => {
    const engine = createEngine(host)
    const feedNumber = ++feeds
    const loaded = new Set<FeedEntity>()
    waiting.length = 0
    running = undefined
    if (!liveComplete) succeed(engine)
    for (const opened of [...unsorted]) opened()

    const snapshots = new SnapshotLine(engine, (message) => line.postMessage(message))
    onTidy = () => snapshots.tidied()
    let refused = false
    /** Snapshot work. One that turns out to be of no use is refused; nothing counts then until the answer, a reload. */
    function* guarded(message: SnapshotMessage): Generator<undefined, void> {
      try {
        yield* snapshots.take(message) ?? []
      } catch (thrown) {
        if (!(thrown instanceof SnapshotRefused)) throw thrown
        refused = true
        line.postMessage({ t: 'refuse-snapshot' })
      }
    }

    const apply = (message: ToQueryWorker): Generator<undefined, void> | undefined => {
      if (refused) return undefined
      switch (message.t) {
        case 'snapshot':
        case 'snapshot-bytes':
        case 'save-snapshot':
        case 'more':
          return guarded(message)
        case 'piece':
          line.postMessage({ t: 'ack' })
          snapshots.changed()
          return engine.stage(message)
        case 'commit':
          snapshots.changed()
          return takeCommit(engine, message)
        case 'loaded':
          engine.loaded(message.entity)
          loaded.add(message.entity)
          if (loaded.size < FEED_ENTITIES.length) return undefined
          liveComplete = true
          if (engine !== live) succeed(engine)
          return undefined
        case 'reload':
          return undefined
      }
    }
    line.listen((message) => {
      if (line !== port || feedNumber !== feeds) return
      if (message.t === 'reload') feed(line)
      else enqueue(() => apply(message))
    })
    line.postMessage({ t: 'hello', protocol: PROTOCOL_VERSION, layout: engine.layout })
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
    async open(spec, onChange, count = 0) {
      const parsed = listSpec.safeParse(spec)
      if (!parsed.success) throw new OutpostError('invalid_request', parsed.error.issues[0]?.message)
      const list: ServedList = { spec: parsed.data, onChange, number: 0 }
      yieldToPage()
      return new Promise((resolve, reject) => {
        whenSorted(list.spec, () => {
          try {
            const summary = openIn(live, list)
            // Again where it had to be sorted first.
            yieldToPage()
            const number = nextList++
            lists.set(number, list)
            resolve({ ...summary, list: number, rows: live.rows(list.number, 0, count) })
          } catch (thrown) {
            reject(thrown)
          }
        })
      })
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
    dayChanged: () => live.dayChanged(),
  }
}

function* takeCommit(engine: Engine, commit: Commit): Generator<undefined, void> {
  yield* engine.stage(commit)
  yield* engine.catchUp()
}
