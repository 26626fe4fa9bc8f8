import type { Row, Value } from '../model/field.ts'
import type { Edit, PatchOp } from '../protocol/edit.ts'
import type { OpenEdit } from './open-edit.ts'

/** How an edit is taken back. */
export type UndoDecision =
  /** It never left: it goes, and so do edits that can only follow it. */
  | { readonly kind: 'cancel' }
  | { readonly kind: 'discard' }
  /** It may have reached the server: the opposite is queued behind it. */
  | { readonly kind: 'reverse'; readonly opposite: Opposite }
  | { readonly kind: 'none' }

export type Opposite =
  | { readonly op: 'delete' }
  | { readonly op: 'restore'; readonly deleted_by: string }
  | { readonly op: 'patch'; readonly patch: PatchOp[] }

/** Rule W-20: an edit of no attempts is cancelled; once attempted, the opposite is queued behind it. */
export const undoDecision = (open: Pick<OpenEdit, 'state' | 'attempts' | 'edit'>): UndoDecision => {
  if (open.state === 'refused') return { kind: 'discard' }
  if (open.state === 'queued' && open.attempts === 0) return { kind: 'cancel' }
  return { kind: 'reverse', opposite: oppositeOf(open.edit) }
}

/** What undoes an edit that the server has, or may have. */
export const oppositeOf = (edit: Edit): Opposite => {
  switch (edit.op) {
    case 'create':
    case 'restore':
      return { op: 'delete' }
    case 'delete':
      return { op: 'restore', deleted_by: edit.id }
    case 'patch':
      return { op: 'patch', patch: reversedPatch(edit.patch) }
  }
}

const reversedPatch = (patch: readonly PatchOp[]): PatchOp[] => {
  const started = new Map(patch.filter((op) => op.op === 'test').map((op) => [op.path, op.value]))
  return patch
    .filter((op) => op.op === 'replace')
    .flatMap((op): PatchOp[] => [
      { op: 'test', path: op.path, value: op.value },
      { op: 'replace', path: op.path, value: started.get(op.path) ?? null },
    ])
}

/**
 * Later edits of the same record after an earlier one is taken away or replaced (rules W-19, W-20): each `test` that
 * expected the earlier edit's value now expects what the server will hold instead. A `test` of any other value stays.
 *
 * @param was the values that the earlier edit would have written
 * @param now the values that will be there in their place
 */
export const rebase = (
  edit: Edit,
  was: Readonly<Record<string, Value>>,
  now: Readonly<Record<string, Value>>,
): Edit => {
  if (edit.op !== 'patch') return edit
  const patch = edit.patch.map((op): PatchOp => {
    const column = op.path.slice(1)
    return op.op === 'test' && column in was && was[column] === op.value ? { ...op, value: now[column] ?? null } : op
  })
  return { ...edit, patch }
}

/** The values that a patch writes, by column. */
export const writtenBy = (edit: Edit): Readonly<Record<string, Value>> => {
  if (edit.op === 'create') return edit.values
  if (edit.op !== 'patch') return {}
  return Object.fromEntries(edit.patch.filter((op) => op.op === 'replace').map((op) => [op.path.slice(1), op.value]))
}

/** The values that a patch started from, by column. */
export const startedFrom = (edit: Edit): Readonly<Record<string, Value>> =>
  edit.op === 'patch'
    ? Object.fromEntries(edit.patch.filter((op) => op.op === 'test').map((op) => [op.path.slice(1), op.value]))
    : {}

/** What the server holds now of the fields that a refused edit wanted: theirs where it said so, else what was tested. */
export const serverValues = (open: OpenEdit, server: Row | null): Readonly<Record<string, Value>> => {
  const theirs =
    open.answer?.status === 'refused'
      ? Object.fromEntries(open.answer.conflicts.map((conflict) => [conflict.field, conflict.theirs]))
      : {}
  const columns = Object.keys(writtenBy(open.edit))
  const started = startedFrom(open.edit)
  return Object.fromEntries(
    columns.map((column) => [column, theirs[column] ?? server?.[column] ?? started[column] ?? null]),
  )
}

/**
 * A delete that waits behind an edit of ours must not take that edit's version for somebody else's (rule W-13): until
 * it is first sent, it has seen whatever version our own accepted edits made.
 */
export const raiseSeenVersion = (later: Pick<OpenEdit, 'edit' | 'attempts'>, version: number): Edit =>
  later.edit.op === 'delete' && later.attempts === 0 && later.edit.seen_version < version
    ? { ...later.edit, seen_version: version }
    : later.edit
