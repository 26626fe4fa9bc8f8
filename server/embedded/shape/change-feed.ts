import type { Change, StreamHandler } from './pgoutput.ts'
import type { Shape } from './shape.ts'
import type { ShapeRegistry } from './shape-registry.ts'
import type { IsVisible, PgSnapshot, StreamTransaction } from './visibility.ts'

/** Operation positions step by two: a primary key's change takes two of them. */
const OP_STEP = 2
/** How many transactions are remembered for the check of a new snapshot; visibility lags the WAL by microseconds. */
const REMEMBERED_TRANSACTIONS = 4096

export type FeedEvents = {
  /** The shape can't go on: its table was truncated or changed, or its log can't be written. */
  broken(shape: Shape, reason: string): void
  /** The shape's log has a new transaction. */
  extended(shape: Shape): void
  /** Everything before `endLsn` has been taken in. */
  advanced(endLsn: number): void
}

/** Hands each transaction of the stream to the shapes of its tables. Synchronous: a call takes in all of its change. */
export class ChangeFeed implements StreamHandler {
  readonly #registry: ShapeRegistry
  readonly #events: FeedEvents
  readonly #touched = new Set<Shape>()
  readonly #recent: StreamTransaction[] = []
  #transaction: StreamTransaction | null = null
  #op = 0
  #skip = false
  /** Transactions whose commit lies before it were taken in. A commit record may begin right where the last one ends. */
  #settledBefore = 0
  /** The commit position of the newest transaction taken in. */
  lastLsn = 0

  constructor(registry: ShapeRegistry, events: FeedEvents) {
    this.#registry = registry
    this.#events = events
  }

  /** Begins at a position of the WAL that everything before is settled for. */
  restart(lsn: number): void {
    this.lastLsn = lsn
    this.#settledBefore = lsn
    this.#recent.length = 0
  }

  get isInTransaction(): boolean {
    return this.#transaction !== null
  }

  begin(transaction: StreamTransaction): void {
    this.#transaction = transaction
    this.#op = 0
    this.#skip = transaction.lsn < this.#settledBefore
    this.#recent.push(transaction)
    if (this.#recent.length > REMEMBERED_TRANSACTIONS) this.#recent.shift()
  }

  change(change: Change): void {
    const op = this.#op
    this.#op += OP_STEP
    const transaction = this.#transaction
    if (!transaction || this.#skip) return
    for (const shape of this.#registry.ofTable(change.relation.oid)) {
      if (shape.has(transaction)) continue
      this.#touched.add(shape)
      this.#guard(shape, () => {
        if (!shape.apply(transaction, change, op)) this.#break(shape, 'its table has changed')
      })
    }
  }

  truncate(relationOids: readonly number[]): void {
    this.#op += OP_STEP
    const transaction = this.#transaction
    if (!transaction || this.#skip) return
    for (const oid of relationOids) {
      for (const shape of [...this.#registry.ofTable(oid)]) {
        if (!shape.has(transaction)) this.#break(shape, 'its table was truncated')
      }
    }
  }

  commit(endLsn: number): void {
    const transaction = this.#transaction
    this.#transaction = null
    if (!transaction) return
    if (!this.#skip) {
      this.lastLsn = transaction.lsn
      this.#settledBefore = endLsn
    }
    for (const shape of this.#touched) {
      this.#guard(shape, () => {
        if (shape.commit()) this.#events.extended(shape)
      })
    }
    this.#touched.clear()
    this.#events.advanced(endLsn)
  }

  /** The connection broke: a transaction in flight will come again from its begin. */
  rollback(): void {
    this.#transaction = null
    for (const shape of this.#touched) this.#guard(shape, () => shape.rollback())
    this.#touched.clear()
  }

  #guard(shape: Shape, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#break(shape, error instanceof Error ? error.message : String(error))
    }
  }

  #break(shape: Shape, reason: string): void {
    this.#touched.delete(shape)
    this.#events.broken(shape, reason)
  }

  /**
   * Whether a snapshot has all that was taken in so far. It may not: the stream delivers a commit from the WAL a moment
   * before the transaction becomes visible to others. A shape that began with such a snapshot would never get it.
   */
  isCoveredBy(snapshot: PgSnapshot, isVisible: IsVisible): boolean {
    return this.#recent.every((transaction) => isVisible(snapshot, transaction))
  }
}
