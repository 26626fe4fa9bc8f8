import { ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import { type Db, transact } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { beginEpoch, changesEnd, forgetChanges } from '../../db/sqlite/replica-changes.ts'
import { type Applied, ReplicaWriter } from '../../db/sqlite/replica-writer.ts'
import { REPLICA_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import type { ShapeState } from '../../db/sqlite/shape-store.ts'
import type { Body, ReplicaCalls } from './replica-calls.ts'
import { copied, type Handlers } from './thread-server.ts'

/** What the replica thread answers, over its one writing connection, which `close` closes. */
export const replicaHandlers = (db: Db): Handlers<ReplicaCalls> => {
  migrate(db, REPLICA_MIGRATIONS)
  transact(db, () => beginEpoch(db))
  const writers = new Map(ENTITY_NAMES.map((entity) => [entity, new ReplicaWriter(db, entity)]))

  const writerOf = (entity: EntityName): ReplicaWriter => {
    const writer = writers.get(entity)
    if (!writer) throw new Error(`No such entity: ${entity}`)
    return writer
  }
  const mainOf = (entity: EntityName): ShapeState => {
    const state = writerOf(entity).state('main')
    if (!state) throw new Error(`The shape of ${entity} has no table`)
    return state
  }
  /** Applies a body that goes on exactly where the shape stands; one that was overtaken by a restart is left. */
  const apply = (body: Body): Applied | null => {
    const writer = writerOf(body.entity)
    const at = writer.state(body.slot)
    if (!at || (at.offset ?? '-1') !== body.requestedOffset) return null
    if (at.handle !== null && at.handle !== body.handle) return null
    return writer.applyBody(body.slot, body.body, body)
  }

  return {
    states: () => copied(ENTITY_NAMES.map(mainOf)),
    position: (entity) => copied({ main: mainOf(entity), next: writerOf(entity).state('next') }),
    apply: (body) => {
      const memory = body.body.buffer
      return { value: { applied: apply(body), memory }, transfer: [memory] }
    },
    beginNext: (entity) => copied(writerOf(entity).beginNext(true)),
    changesEnd: () => copied(changesEnd(db)),
    forgetChanges: (seq) => {
      transact(db, () => forgetChanges(db, seq))
      return copied(null)
    },
    wipe: () => {
      for (const writer of writers.values()) writer.wipe()
      return copied(null)
    },
    close: () => {
      db.close()
      return copied(null)
    },
  }
}
