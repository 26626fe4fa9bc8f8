import { ENTITIES, fieldOf } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import type { OutboxEntry } from '../../../core/protocol/outbox.ts'

/** What an edit set out to do, in words: "Change the account", "Delete the task". */
export const deedOf = ({ edit }: OutboxEntry): string => {
  const what = ENTITIES[edit.entity].label.toLowerCase()
  switch (edit.op) {
    case 'create':
      return `Create the ${what}`
    case 'patch':
      return `Change the ${what}`
    case 'delete':
      return `Delete the ${what}`
    case 'restore':
      return `Bring back the ${what}`
  }
}

/** A field of a refused edit: what the person wants, what it started from, and what the server has (if it told). */
export interface RefusedField {
  readonly field: string
  readonly mine: Value
  readonly base: Value
  readonly theirs: Value
  /** Did the server name this field in the conflict? Only then `theirs` is known. */
  readonly conflict: boolean
}

/** The fields of a refused create or patch, those in conflict first; not the account that it hangs on. */
export const fieldsOf = ({ edit, refusal }: OutboxEntry): readonly RefusedField[] => {
  const conflicts = new Map((refusal?.conflicts ?? []).map((conflict) => [conflict.field, conflict]))
  if (edit.op === 'delete' || edit.op === 'restore')
    return [...conflicts.values()].map((conflict) => ({ ...conflict, conflict: true }))
  const tests = new Map<string, Value>()
  const wanted: [string, Value][] = edit.op === 'create' ? Object.entries(edit.values) : []
  if (edit.op === 'patch')
    for (const { op, path, value } of edit.patch)
      if (op === 'test') tests.set(path.slice(1), value)
      else wanted.push([path.slice(1), value])
  return wanted
    .filter(([field]) => fieldOf(edit.entity, field)?.ref !== 'accounts')
    .map(([field, mine]) => {
      const conflict = conflicts.get(field)
      return {
        field,
        mine,
        base: conflict?.base ?? tests.get(field) ?? null,
        theirs: conflict?.theirs ?? null,
        conflict: conflict !== undefined,
      }
    })
    .sort((a, b) => Number(b.conflict) - Number(a.conflict))
}

/** Was it refused because somebody removed the record, or the account that it hangs on? */
export const isRemoved = ({ refusal }: OutboxEntry): boolean => refusal?.code === 'removed_elsewhere'

/** What the person can do about a refusal, in a sentence after the server's reason. */
export const adviceOf = (entry: OutboxEntry): string => {
  const { edit, refusal } = entry
  switch (refusal?.code) {
    case 'conflict':
      return edit.op === 'delete'
        ? 'Open it to see what changed, then delete it all the same or leave it.'
        : 'Choose which value each field is to have.'
    case 'removed_elsewhere':
      return edit.op === 'create'
        ? 'Bring that account back, choose another one, or give this up.'
        : 'Bring it back with your change, or let it go. Your values are kept here until then.'
    case 'forbidden':
      return 'Ask somebody who may, or give it up. Copy takes your values along.'
    case 'invalid_input':
    case 'unknown_field':
      return edit.op === 'delete' || edit.op === 'restore' ? '' : 'Change what is not valid, then send it again.'
    case 'id_reused':
      return 'Sending it again gives it a new id.'
    default:
      return ''
  }
}

/** Can the person change values before sending again? */
export const isEditable = ({ edit }: OutboxEntry): boolean => edit.op === 'create' || edit.op === 'patch'
