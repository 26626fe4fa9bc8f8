import { ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Db } from '../../db/sqlite/connection.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import type { ServerRows } from './outbox-memory.ts'

/** Point reads of the replica on the caller's own read-only connection: an edit never waits for a thread. */
export class LocalReplica implements ServerRows {
  readonly reads: ReplicaReads
  readonly #complete = new Set<EntityName>()

  constructor(db: Db) {
    this.reads = new ReplicaReads(db)
    for (const entity of ENTITY_NAMES) if (this.reads.shape(entity)?.complete) this.#complete.add(entity)
  }

  row(entity: EntityName, id: string): ReturnType<ReplicaReads['row']> {
    return this.reads.row(entity, id)
  }

  complete(entity: EntityName): boolean {
    return this.#complete.has(entity)
  }

  childIds(accountId: string): ReturnType<ReplicaReads['childIds']> {
    return this.reads.childIds(accountId)
  }

  /** A shape has become complete. Told by the commit's notice, never looked up, so that whoever waits for it hears. */
  markComplete(entity: EntityName): void {
    this.#complete.add(entity)
  }

  /** Every shape was emptied. */
  markEmpty(): void {
    this.#complete.clear()
  }
}
