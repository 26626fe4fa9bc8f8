import type { Clock } from '../../core/clock.ts'
import type { EntityName } from '../../core/model/entities.ts'
import type { FromQueryWorker, ToQueryWorker } from '../../core/protocol/query-port.ts'
import type { ColumnSnapshots } from './column-snapshots.ts'
import { FirstRows } from './first-rows.ts'
import { GiveWay } from './give-way.ts'
import type { LocalReplica } from './local-replica.ts'
import type { Outbox } from './outbox.ts'
import type { RecordRef } from './outbox-memory.ts'
import { type FeedSource, QueryFeed } from './query-feed.ts'
import type { ReaderCalls } from './reader-calls.ts'
import { SnapshotSaver } from './snapshot-saver.ts'
import type { ThreadClient } from './thread-client.ts'
import { TryAgain, type TryAgainDeps } from './try-again.ts'

/**
 * So few changed records are read on the engine's own connection: the way to the reader's thread and back takes longer.
 * While a first load runs all are, since only edits change records then, and only here they are found without a scan.
 */
const READ_HERE = 32

/** How long a clean stop waits for columns to be stored, milliseconds: within the grace that the app gives it. */
const SAVE_LIMIT_MS = 3_000

type Log = (message: string, context: Record<string, unknown>) => void

/** One end of the query worker's line: a MessagePort of Electron or of Node. */
export interface QueryPort {
  post(message: ToQueryWorker): void
  onMessage(listener: (message: FromQueryWorker) => void): void
  onClose(listener: () => void): void
}

export interface FeedsDeps extends TryAgainDeps {
  readonly outbox: Outbox
  readonly local: LocalReplica
  readonly reader: ThreadClient<ReaderCalls>
  readonly snapshots: ColumnSnapshots
  readonly log: Log
}

/** The feeds of every query worker that is connected; each change is told to all. */
export class Feeds {
  /** What lists show before a worker's columns are there. */
  readonly firstRows: FirstRows
  /** Told of every list that is opened. */
  readonly giveWay: GiveWay
  readonly #feeds = new Set<QueryFeed>()
  readonly #source: FeedSource
  readonly #log: Log
  readonly #snapshots: ColumnSnapshots
  readonly #clock: Clock
  readonly #retry: TryAgainDeps
  readonly #savers = new Set<SnapshotSaver>()
  readonly #agains = new Set<TryAgain>()

  constructor({ outbox, local, reader, snapshots, clock, random, backoff, log }: FeedsDeps) {
    this.#log = log
    this.#snapshots = snapshots
    this.#clock = clock
    this.#retry = { clock, random, backoff }
    this.giveWay = new GiveWay(clock)
    this.#source = {
      page: (request) => reader.call('page', request),
      rows: async (entity, ids) => {
        const [first] = ids
        const here = ids.length <= READ_HERE || (first !== undefined && local.unindexed(entity, first) !== null)
        if (!here) return reader.call('rows', { entity, ids })
        return ids.map((id) => {
          const place = local.unindexed(entity, id)
          const placed = place ? place.found : local.reads.placed(entity, id)
          return { id, rowid: placed?.rowid ?? null, row: placed?.row ?? null }
        })
      },
      overlay: (entity, id) => outbox.memory.shown(entity, id),
      pause: () => new Promise((resolve) => clock.after(0, resolve)),
      moment: () => this.giveWay.moment,
      overlaid: (entity) => [...outbox.memory.refs(entity)].map(({ id }) => id),
      hiddenAccounts: () => outbox.memory.hiddenAccounts,
      complete: (entity) => local.complete(entity),
      snapshot: (layout) => snapshots.offer(layout),
      dropSnapshot: () => snapshots.drop(),
    }
    this.firstRows = new FirstRows({
      ...this.#source,
      step: (request) => reader.call('firstRows', request),
      serverRow: (entity, id) => local.row(entity, id),
    })
  }

  connect(port: QueryPort): void {
    const feed = new QueryFeed(
      this.#source,
      (message) => port.post(message),
      (error) => {
        this.#log('query feed failed', { error: String(error) })
        again.failed()
      },
    )
    const again = new TryAgain(this.#retry, () => feed.swapped())
    this.#agains.add(again)
    this.#feeds.add(feed)
    const saver = new SnapshotSaver({
      clock: this.#clock,
      snapshots: this.#snapshots,
      feed,
      post: (message) => port.post(message),
      log: this.#log,
    })
    this.#savers.add(saver)
    port.onMessage((message) => {
      switch (message.t) {
        case 'opened':
          this.giveWay.opened()
          break
        case 'snapshot-piece':
        case 'snapshot-end':
        case 'snapshot-dropped':
          saver.receive(message)
          break
        default:
          feed.receive(message)
      }
    })
    port.onClose(() => {
      feed.close()
      again.stop()
      saver.stop()
      this.#agains.delete(again)
      this.#feeds.delete(feed)
      this.#savers.delete(saver)
    })
  }

  changed(refs: readonly RecordRef[]): void {
    for (const feed of this.#feeds) feed.changed(refs)
  }

  appended(entity: EntityName): void {
    for (const feed of this.#feeds) feed.appended(entity)
  }

  /** Rows were swapped and renumbered; `listed`: the caller tells every difference as a change. */
  swapped(entity: EntityName, listed: boolean): void {
    for (const feed of this.#feeds) if (!listed || feed.paging(entity)) feed.swapped()
  }

  /** Every row went. */
  reset(): void {
    for (const feed of this.#feeds) feed.swapped()
  }

  /** Lets every worker's columns be stored that are due, for a bounded time. */
  async save(): Promise<void> {
    await Promise.all([...this.#savers].map((saver) => saver.saveNow(SAVE_LIMIT_MS)))
  }

  close(): void {
    for (const feed of this.#feeds) feed.close()
    for (const again of this.#agains) again.stop()
    for (const saver of this.#savers) saver.stop()
    this.#feeds.clear()
    this.#agains.clear()
    this.#savers.clear()
  }
}
