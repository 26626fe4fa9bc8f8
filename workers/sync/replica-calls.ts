import type { EntityName } from '../../core/model/entities.ts'
import type { ChangesEnd } from '../../db/sqlite/replica-changes.ts'
import type { Applied } from '../../db/sqlite/replica-writer.ts'
import type { ShapeState, Slot } from '../../db/sqlite/shape-store.ts'

/** One shape body on its way to the replica. */
export interface Body {
  readonly entity: EntityName
  readonly slot: Slot
  readonly body: Uint8Array<ArrayBuffer>
  /** The offset that the request named; the body goes on from there and nowhere else. */
  readonly requestedOffset: string
  readonly handle: string
  readonly offset: string
  readonly upToDate: boolean
}

/** The replica thread: the sole writer of replica.db. */
export type ReplicaCalls = {
  states: { readonly params: null; readonly answer: readonly ShapeState[] }
  position: {
    readonly params: EntityName
    readonly answer: { readonly main: ShapeState; readonly next: ShapeState | null }
  }
  /** Null: the body was overtaken by a restart and is not applied. Its memory comes back, for another one. */
  apply: {
    readonly params: Body
    readonly answer: { readonly applied: Applied | null; readonly memory: ArrayBuffer }
  }
  beginNext: { readonly params: EntityName; readonly answer: ShapeState }
  /** How far the noted changes have come, after everything that was answered before. */
  changesEnd: { readonly params: null; readonly answer: ChangesEnd }
  /** Forgets changes up to and with this number: a column snapshot holds them. */
  forgetChanges: { readonly params: number; readonly answer: null }
  /** Empties every shape: the membership was revoked. */
  wipe: { readonly params: null; readonly answer: null }
  close: { readonly params: null; readonly answer: null }
}
