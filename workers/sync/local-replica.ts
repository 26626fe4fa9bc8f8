import { type AppError, OutpostError } from '../../core/errors.ts'
import { CHILD_ENTITIES, ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import type { Db } from '../../db/sqlite/connection.ts'
import { fromSqlite } from '../../db/sqlite/errors.ts'
import { type ChildEntity, type PlacedRow, ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import type { Applied } from '../../db/sqlite/replica-writer.ts'
import { idKey, RowMap } from '../../db/sqlite/row-map.ts'
import type { ServerRows } from './outbox-memory.ts'

/**
 * Point reads of the replica on the caller's own read-only connection: an edit never waits for a thread. A table whose
 * first load still runs has no index; its rows are found through a map of their places (rule R-11).
 */
export class LocalReplica implements ServerRows {
  readonly reads: ReplicaReads
  /** Told the children's entities that cannot be asked here at once, since they have no index. */
  onUnindexed: (accountId: string, entities: readonly ChildEntity[]) => void = () => {}
  /** Told what went wrong with a read. */
  onFailure: (error: AppError) => void = () => {}
  readonly #complete = new Set<EntityName>()
  readonly #indexed = new Set<EntityName>()
  readonly #places = new Map<EntityName, RowMap>()

  constructor(db: Db) {
    this.reads = new ReplicaReads(db)
    for (const entity of ENTITY_NAMES) {
      const shape = this.reads.shape(entity)
      if (shape?.complete) this.#complete.add(entity)
      if (shape?.indexed) this.#indexed.add(entity)
    }
  }

  /** Reads the places of rows that an earlier run left without an index, before commits are followed. */
  prepare(): void {
    for (const entity of ENTITY_NAMES) if (!this.#indexed.has(entity)) this.#placesOf(entity)
  }

  row(entity: EntityName, id: string): Row | null {
    return this.#guarded(() =>
      this.#indexed.has(entity) ? this.reads.row(entity, id) : (this.#placed(entity, id)?.row ?? null),
    )
  }

  /** A row with its place, from a table that has no index; null in place of the answer where the table has one. */
  unindexed(entity: EntityName, id: string): { readonly found: PlacedRow | null } | null {
    return this.#indexed.has(entity) ? null : { found: this.#placed(entity, id) }
  }

  complete(entity: EntityName): boolean {
    return this.#complete.has(entity)
  }

  childIds(accountId: string): ReturnType<ReplicaReads['childIds']> {
    const later = CHILD_ENTITIES.filter((entity) => !this.#indexed.has(entity))
    if (later.length > 0) this.onUnindexed(accountId, later)
    const now = CHILD_ENTITIES.filter((entity) => this.#indexed.has(entity))
    return this.#guarded(() => this.reads.childIds(accountId, now))
  }

  /** Takes in a commit of the table that is read. */
  applied(entity: EntityName, { state, placed }: Applied): void {
    if (state.slot === 'next') return
    if (state.indexed) {
      this.#indexed.add(entity)
      this.#places.delete(entity)
    } else if (placed) this.#placesOf(entity).append(placed.firstRowid, placed.keys)
  }

  /** A shape has become complete. Told by the commit's notice, never looked up, so that whoever waits for it hears. */
  markComplete(entity: EntityName): void {
    this.#complete.add(entity)
  }

  /** Every shape was emptied. */
  markEmpty(): void {
    this.#complete.clear()
    this.#indexed.clear()
    for (const entity of ENTITY_NAMES) this.#places.set(entity, new RowMap())
  }

  /** A failure of the replica inside a transaction of the outbox must not pass for one of the outbox. */
  #guarded<T>(read: () => T): T {
    try {
      return read()
    } catch (thrown) {
      const error = fromSqlite(thrown, 'replica.db')
      if (error instanceof OutpostError) this.onFailure(error.error)
      throw error
    }
  }

  #placed(entity: EntityName, id: string): PlacedRow | null {
    for (const rowid of this.#placesOf(entity).candidates(idKey(id))) {
      const row = this.reads.rowAt(entity, rowid, id)
      if (row) return { rowid, row }
    }
    return null
  }

  #placesOf(entity: EntityName): RowMap {
    const known = this.#places.get(entity)
    if (known) return known
    const made = new RowMap()
    if (this.reads.shape(entity)) for (const { rowid, id } of this.reads.places(entity)) made.add(rowid, idKey(id))
    this.#places.set(entity, made)
    return made
  }
}
