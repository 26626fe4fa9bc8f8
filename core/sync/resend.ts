import type { Row, Value } from '../model/field.ts'
import type { Edit } from '../protocol/edit.ts'
import type { OpenEdit } from './open-edit.ts'
import { patchOf } from './submit.ts'
import { serverValues, writtenBy } from './undo.ts'

/**
 * A refused edit made anew (rule W-19): a new id, because the server remembers its word on the old one; tests that name
 * what the server holds now; the values given, or the old ones.
 *
 * @param values what the user wants now; null keeps what the edit wanted
 * @returns null where nothing is left to send (the server already holds it)
 */
export const resentEdit = (
  open: OpenEdit,
  server: Row | null,
  values: Readonly<Record<string, Value>> | null,
  id: string,
): Edit | null => {
  const { edit } = open
  switch (edit.op) {
    case 'create':
      return { ...edit, id, values: { ...edit.values, ...values } }
    case 'delete':
      return { ...edit, id, seen_version: refusedVersion(open) ?? server?.version ?? edit.seen_version }
    case 'restore':
      return { ...edit, id }
    case 'patch': {
      const wanted = { ...writtenBy(edit), ...values }
      const now = {
        ...Object.fromEntries(Object.keys(wanted).map((c) => [c, server?.[c] ?? null])),
        ...serverValues(open, server),
      }
      const patch = patchOf(wanted, now)
      return patch.length === 0 ? null : { ...edit, id, patch }
    }
  }
}

const refusedVersion = (open: OpenEdit): number | null =>
  open.answer?.status === 'refused' ? open.answer.version : null
