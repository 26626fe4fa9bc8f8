import type { EntityName } from '../../../core/model/entities.ts'
import type { ShapeMessage } from '../../../core/sync/shape-message.ts'
import { type Db, transact } from '../../../db/sqlite/connection.ts'
import { type Applied, ReplicaWriter as RightWriter, ShapeBroken } from '../../../db/sqlite/replica-writer.ts'
import { ShapeStore, type Slot } from '../../../db/sqlite/shape-store.ts'

export { type Applied, ShapeBroken }

/** Faulty: says how far the shape has come in a commit of its own, before the rows. */
export class ReplicaWriter extends RightWriter {
  readonly #shapes: ShapeStore
  readonly #file: Db

  constructor(db: Db, entity: EntityName) {
    super(db, entity)
    this.#file = db
    this.#shapes = new ShapeStore(db)
  }

  override apply(
    slot: Slot,
    messages: readonly ShapeMessage[],
    at: { readonly handle: string; readonly offset: string; readonly upToDate: boolean },
  ): Applied {
    const state = this.state(slot)
    if (state) transact(this.#file, () => this.#shapes.put({ ...state, handle: at.handle, offset: at.offset }))
    return super.apply(slot, messages, at)
  }
}
