import { columnsOf } from '../model/entities.ts'
import type { Row, Value } from '../model/field.ts'
import type { PatchOp } from '../protocol/edit.ts'
import type { Mark } from '../protocol/outbox.ts'
import type { OpenEdit } from './open-edit.ts'

/** A record as readers see it; `row` null: it is not listed, whatever the replica holds. */
export interface Shown {
  readonly row: Row | null
  readonly mark: Mark | null
}

/**
 * The server's row with a record's open edits over it (rules W-15 to W-18).
 *
 * - An accepted edit still counts until it settles, without a mark; a refused one no longer counts, but marks.
 * - A refused create stays listed. A record that vanished from the server stays listed as removed while edits of it wait,
 *   and after they were refused for that.
 * - An accepted edit whose record left this client's shard hides it until the replica agrees.
 *
 * @param serverRow the replica's row, null where it has none
 * @param lane the record's open edits, in lane order; at least one
 * @param complete the replica holds the whole shape, so a missing row is gone rather than not here yet
 */
export const mergeShown = (serverRow: Row | null, lane: readonly OpenEdit[], complete: boolean): Shown => {
  let row = serverRow
  let hidden = false
  let refused = false
  let pending = false
  let removed = false
  let gone = false
  for (const open of lane) {
    const { edit } = open
    if (open.state === 'refused') {
      refused = true
      if (edit.op === 'create' && row === null) row = createdRow(open)
      if (edit.op === 'patch' && row === null && !hidden) {
        row = open.base
        // One that belongs to somebody else now was not removed.
        gone = complete && open.answer?.status === 'refused' && open.answer.code !== 'forbidden'
      }
      continue
    }
    if (open.state !== 'accepted') pending = true
    if (open.answer?.status === 'accepted' && !open.answer.inShard) {
      row = null
      hidden = true
      continue
    }
    switch (edit.op) {
      case 'create':
        row ??= createdRow(open)
        hidden = false
        break
      case 'delete':
        row = null
        hidden = true
        break
      case 'restore':
        row ??= open.base
        hidden = false
        gone = false
        break
      case 'patch':
        if (hidden) break
        if (row === null) {
          removed = complete && open.state !== 'accepted'
          row = open.base
        }
        if (row) row = patchedRow(row, edit.patch)
    }
  }
  if (row === null && !refused) return { row: null, mark: null }
  if (gone) return { row, mark: 'removed' }
  return { row, mark: refused ? 'refused' : removed ? 'removed' : pending ? 'pending' : null }
}

/** The row that a create makes before the server has stamped it: version 0, times of the edit. */
const createdRow = (open: OpenEdit): Row | null => {
  if (open.edit.op !== 'create') return null
  const values: Record<string, Value> = {}
  for (const column of columnsOf(open.edit.entity)) values[column] = open.edit.values[column] ?? null
  return { ...values, id: open.edit.record_id, version: 0, created_at: open.madeAt, updated_at: open.madeAt }
}

/** A row with the `replace` operations of a patch done. */
export const patchedRow = (row: Row, patch: readonly PatchOp[]): Row => {
  const values: Record<string, Value> = {}
  for (const op of patch) if (op.op === 'replace') values[op.path.slice(1)] = op.value
  return { ...row, ...values, id: row.id, version: row.version }
}
