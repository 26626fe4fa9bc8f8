import { type AppError, appError } from '../errors.ts'
import { ENTITIES, fieldOf } from '../model/entities.ts'
import type { Row, Value } from '../model/field.ts'
import { checkValues } from '../model/validate.ts'
import type { Edit, EditInput, PatchOp } from '../protocol/edit.ts'
import { fail, ok, type Result } from '../result.ts'
import type { OpenEdit } from './open-edit.ts'

/** An edit ready for the outbox. */
export interface NewEdit {
  readonly edit: Edit
  readonly after: readonly string[]
  readonly base: Row | null
}

/** What the outbox and the replica know about the record that an input names. */
export interface Subject {
  /** As readers see it; null where it is not listed. */
  readonly shown: Row | null
  /** As the server had it; null where it is not there. */
  readonly server: Row | null
  /** Its open edits, in lane order. */
  readonly lane: readonly OpenEdit[]
}

/**
 * Turns what a form hands in into an edit (rules W-2, W-3): `test` carries the value that the form started from, a
 * delete the version seen, `after` the pending creates that the values point at. Answers null for a patch that changes
 * nothing.
 *
 * @param creates ids of records that a pending edit creates → the id of that edit
 */
export const makeEdit = (
  input: EditInput,
  subject: Subject,
  id: string,
  groupId: string | null,
  creates: ReadonlyMap<string, string>,
): Result<NewEdit | null> => {
  const head = {
    id,
    entity: input.entity,
    record_id: input.record_id,
    ...(groupId === null ? {} : { group_id: groupId }),
  }
  if (!ENTITIES[input.entity].writable) return fail(appError('forbidden'))
  if (input.op === 'create') {
    const problem =
      subject.shown || subject.server ? appError('id_taken') : checkValues(input.entity, input.values, 'create')
    if (problem) return fail(problem)
    return ok({ edit: { ...head, op: 'create', values: input.values }, after: after(input, creates), base: null })
  }
  if (!subject.shown) return fail(appError('not_found'))
  const base = subject.lane[0]?.base ?? subject.server
  if (input.op === 'delete') {
    const seen_version = Math.max(subject.shown.version, ...subject.lane.map(acceptedVersion))
    const edit: Edit = { ...head, op: 'delete', seen_version }
    return ok({ edit, after: [], base: subject.server ?? base ?? subject.shown })
  }
  const problem = checkValues(input.entity, input.values, 'patch') ?? missingBase(input.values, input.base)
  if (problem) return fail(problem)
  const patch = patchOf(input.values, input.base)
  if (patch.length === 0) return ok(null)
  return ok({ edit: { ...head, op: 'patch', patch }, after: after(input, creates), base: base ?? subject.shown })
}

/** `test` and `replace` for each field whose value differs from the one that the form started from. */
export const patchOf = (
  values: Readonly<Record<string, Value>>,
  base: Readonly<Record<string, Value>>,
): readonly PatchOp[] & PatchOp[] =>
  Object.entries(values).flatMap(([column, value]): PatchOp[] => {
    const from = base[column] ?? null
    if (from === value) return []
    const path = `/${column}`
    return [
      { op: 'test', path, value: from },
      { op: 'replace', path, value },
    ]
  })

const missingBase = (
  values: Readonly<Record<string, Value>>,
  base: Readonly<Record<string, Value>>,
): AppError | null => {
  const missing = Object.keys(values).find((column) => !(column in base))
  return missing === undefined
    ? null
    : appError('invalid_request', `The value that "${missing}" started from is missing`, { field: missing })
}

const after = (
  input: Extract<EditInput, { op: 'create' | 'patch' }>,
  creates: ReadonlyMap<string, string>,
): readonly string[] => {
  const ids = new Set<string>()
  for (const [column, value] of Object.entries(input.values)) {
    if (fieldOf(input.entity, column)?.kind !== 'ref' || typeof value !== 'string') continue
    const edit = creates.get(value)
    if (edit !== undefined) ids.add(edit)
  }
  return [...ids]
}

/** Our own accepted edits have been seen too, though their echo is not here yet. */
const acceptedVersion = (open: OpenEdit): number => (open.answer?.status === 'accepted' ? open.answer.version : 0)
