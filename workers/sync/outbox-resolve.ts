import { OutpostError } from '../../core/errors.ts'
import type { Row, Value } from '../../core/model/field.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import { isOpen } from '../../core/sync/edit-state.ts'
import { byPlace, type OpenEdit } from '../../core/sync/open-edit.ts'
import { resentEdit } from '../../core/sync/resend.ts'
import { type Opposite, rebase, serverValues, startedFrom, undoDecision, writtenBy } from '../../core/sync/undo.ts'
import type { StoredEdit } from '../../db/sqlite/outbox-store.ts'
import type { Outbox } from './outbox.ts'

type Values = Readonly<Record<string, Value>>

/** Takes edits back, the last one first: never-sent ones vanish, others get their opposite queued (rule W-20). */
export const undo = (outbox: Outbox, ids: readonly string[]): { cancelled: number; reversed: number } =>
  outbox.write(() => {
    outbox.requireOpen()
    let cancelled = 0
    let reversed = 0
    const groupId = ids.length > 1 ? outbox.newId() : null
    for (const id of [...ids].reverse()) {
      const found = outbox.memory.get(id) ?? outbox.store.find(id)
      if (!found || found.state === 'cancelled' || found.state === 'discarded') continue
      const open = outbox.memory.get(id)
      const decision = isOpen(found.state)
        ? undoDecision({ ...found, state: found.state })
        : undoDecision({ ...found, state: 'accepted' })
      if (decision.kind === 'cancel' && open) cancelled += drop(outbox, open, 'cancel', startedFrom(open.edit)).length
      else if (decision.kind === 'discard' && open) cancelled += discardOpen(outbox, open).length
      else if (decision.kind === 'reverse' && reverse(outbox, found, decision.opposite, groupId)) reversed++
    }
    return { cancelled, reversed }
  })

/** Gives up a refused (or never sent) edit, with what can only follow it; answers the ids that went. */
export const discard = (outbox: Outbox, id: string): { discarded: string[] } =>
  outbox.write(() => {
    outbox.requireOpen()
    const open = outbox.memory.get(id)
    if (!open) throw new OutpostError('not_found', 'That edit is not in the outbox.')
    if (open.state !== 'refused' && !(open.state === 'queued' && open.attempts === 0))
      throw new OutpostError('invalid_request', 'That edit may already be on its way; undo it instead.')
    return { discarded: discardOpen(outbox, open) }
  })

/** Sends a refused edit again as a new one in its place, with other values where given (rule W-19). */
export const resend = (outbox: Outbox, id: string, values: Values | null): { id: string } =>
  outbox.write(() => {
    outbox.requireOpen()
    const open = refusedEdit(outbox, id)
    const server = outbox.serverRow(open)
    const edit = resentEdit(open, server, values, outbox.newId())
    if (edit === null) {
      discardOpen(outbox, open)
      return { id }
    }
    return replaced(outbox, open, edit, open.after, server)
  })

/** Sends a refused edit again behind restores that bring back what it needs (rules W-5, W-19). */
export const resendBehind = (outbox: Outbox, id: string, restores: readonly Edit[]): { id: string } =>
  outbox.write(() => {
    const open = refusedEdit(outbox, id)
    const edit = resentEdit(open, null, null, outbox.newId()) ?? { ...open.edit, id: outbox.newId() }
    for (const restore of restores) {
      const own = restore.entity === edit.entity && restore.record_id === edit.record_id
      outbox.add({ edit: restore, after: [], base: own ? open.base : null }, own ? open.pos : undefined)
    }
    return replaced(outbox, open, edit, [...open.after, ...restores.map((restore) => restore.id)], null)
  })

const refusedEdit = (outbox: Outbox, id: string): OpenEdit => {
  const open = outbox.memory.get(id)
  if (open?.state !== 'refused') throw new OutpostError('not_found', 'That edit is not waiting for a decision.')
  return open
}

/** Puts an edit into the place of a refused one; what waited for the old one waits for it. */
const replaced = (
  outbox: Outbox,
  open: OpenEdit,
  edit: Edit,
  after: readonly string[],
  server: Row | null,
): { id: string } => {
  const followers = laneAfter(outbox, open)
  outbox.move(open, 'discard')
  outbox.add({ edit, after, base: server ?? open.base }, open.pos)
  rebaseAll(outbox, followers, writtenBy(open.edit), writtenBy(edit))
  for (const other of outbox.memory.dependentsOf(open.edit.id))
    outbox.change(other, {
      ...other,
      after: other.after.map((dependency) => (dependency === open.edit.id ? edit.id : dependency)),
    })
  return { id: edit.id }
}

const discardOpen = (outbox: Outbox, open: OpenEdit): string[] =>
  drop(outbox, open, 'discard', serverValues(open, outbox.serverRow(open)))

/** Ends an edit and what depends on the record that it would have made; rebases later patches of its fields. */
const drop = (outbox: Outbox, open: OpenEdit, event: 'cancel' | 'discard', now: Values): string[] => {
  const followers = laneAfter(outbox, open)
  outbox.move(open, event)
  const gone = [open.edit.id]
  if (open.edit.op === 'create' || open.edit.op === 'restore') {
    const dependents = outbox.memory.dependentsOf(open.edit.id)
    for (const other of [...followers, ...dependents])
      if (outbox.memory.get(other.edit.id))
        gone.push(...drop(outbox, other, other.state === 'refused' ? 'discard' : 'cancel', {}))
  } else rebaseAll(outbox, followers, writtenBy(open.edit), now)
  return gone
}

const laneAfter = (outbox: Outbox, open: OpenEdit): readonly OpenEdit[] =>
  outbox.memory.lane(open.edit.entity, open.edit.record_id).filter((other) => byPlace(open, other) < 0)

/** Later patches that expected `was` expect `now`; an edit that was sent once keeps its body, as its id is known. */
const rebaseAll = (outbox: Outbox, followers: readonly OpenEdit[], was: Values, now: Values): void => {
  for (const follower of followers) {
    if (follower.attempts > 0) continue
    const edit = rebase(follower.edit, was, now)
    if (edit !== follower.edit) outbox.change(follower, { ...follower, edit })
  }
}

const reverse = (outbox: Outbox, found: StoredEdit, opposite: Opposite, groupId: string | null): boolean => {
  const { entity, record_id } = found.edit
  const head = { id: outbox.newId(), entity, record_id, ...(groupId === null ? {} : { group_id: groupId }) }
  const server = outbox.serverRow(found)
  const lane = outbox.memory.lane(entity, record_id)
  const base = lane[0]?.base ?? server ?? found.base
  const edit = ((): Edit => {
    switch (opposite.op) {
      case 'delete':
        return { ...head, op: 'delete', seen_version: seenVersion(found, server?.version ?? 0, lane) }
      case 'restore':
        return { ...head, op: 'restore', deleted_by: opposite.deleted_by }
      case 'patch':
        return { ...head, op: 'patch', patch: opposite.patch }
    }
  })()
  if (edit.op === 'patch' && edit.patch.length === 0) return false
  outbox.add({ edit, after: [], base: opposite.op === 'restore' ? found.base : base })
  return true
}

const seenVersion = (found: StoredEdit, server: number, lane: readonly OpenEdit[]): number =>
  Math.max(server, ...[found, ...lane].map(({ answer }) => (answer?.status === 'accepted' ? answer.version : 0)))
