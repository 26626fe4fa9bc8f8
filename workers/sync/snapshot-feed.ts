import type { ToQueryWorker } from '../../core/protocol/query-port.ts'
import type { SnapshotOffer } from './column-snapshots.ts'
import type { RecordRef } from './outbox-memory.ts'

/** Records told in one commit after a snapshot. */
const RETOLD = 4_096

/** Tells one query worker a stored snapshot, and then the records that changed since. */
export class SnapshotFeed {
  readonly #offer: SnapshotOffer
  #next = 0
  #retold = 0

  constructor(offer: SnapshotOffer) {
    this.#offer = offer
  }

  get announcement(): ToQueryWorker {
    return { t: 'snapshot', manifest: this.#offer.manifest, pieces: this.#offer.pieces }
  }

  /** Every piece was read. */
  get read(): boolean {
    return this.#next === this.#offer.pieces
  }

  /** The next piece; null where it cannot be read. */
  async piece(): Promise<ToQueryWorker | null> {
    const bytes = await this.#offer.piece(this.#next++)
    return bytes && { t: 'snapshot-bytes', bytes }
  }

  /** The next records to be told again; empty at their end. */
  retell(): readonly RecordRef[] {
    const from = this.#retold
    this.#retold += RETOLD
    return this.#offer.retell.slice(from, this.#retold)
  }
}
