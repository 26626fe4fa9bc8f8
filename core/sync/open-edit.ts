import type { EntityName } from '../model/entities.ts'
import type { Row } from '../model/field.ts'
import type { Edit } from '../protocol/edit.ts'
import type { FieldConflict } from '../protocol/gateway.ts'
import type { OpenState } from './edit-state.ts'

/** What the server said about an edit. */
export type EditAnswer =
  | {
      readonly status: 'accepted'
      readonly txid: number
      readonly version: number
      readonly inShard: boolean
      /** Epoch ms. */
      readonly at: number
    }
  | {
      readonly status: 'refused'
      readonly code: string
      readonly message: string
      readonly field: string | null
      readonly conflicts: readonly FieldConflict[]
      readonly version: number | null
      readonly at: number
    }

/** An edit of the outbox that is not finished. */
export interface OpenEdit {
  readonly seq: number
  /** Its place in the lane: the seq, except that a resent edit takes the place of the one that it replaces. */
  readonly pos: number
  readonly edit: Edit
  /** Ids of the edits that must be accepted first. */
  readonly after: readonly string[]
  readonly state: OpenState
  readonly madeAt: number
  readonly attempts: number
  readonly nextAttemptAt: number | null
  /** The record as the server had it at the first pending edit of it; null for a create. */
  readonly base: Row | null
  readonly answer: EditAnswer | null
}

/** One record of any entity, as a map key. */
export const recordKey = (entity: EntityName, id: string): string => `${entity}/${id}`

export const keyOf = (open: OpenEdit): string => recordKey(open.edit.entity, open.edit.record_id)

/** The fields that an edit writes; null where it concerns the whole record. */
export const fieldsOf = (edit: Edit): readonly string[] | null =>
  edit.op === 'patch' ? edit.patch.filter((op) => op.op === 'replace').map((op) => op.path.slice(1)) : null

/** Edits by record, each lane in its order. `edits` may come in any order. */
export const lanesOf = (edits: Iterable<OpenEdit>): ReadonlyMap<string, readonly OpenEdit[]> => {
  const lanes = new Map<string, OpenEdit[]>()
  for (const open of edits) {
    const lane = lanes.get(keyOf(open))
    if (lane) lane.push(open)
    else lanes.set(keyOf(open), [open])
  }
  for (const lane of lanes.values()) if (lane.length > 1) lane.sort(byPlace)
  return lanes
}

/** Lane order: place, then the order of making. */
export const byPlace = (a: OpenEdit, b: OpenEdit): number => a.pos - b.pos || a.seq - b.seq
