import { uuidv7 } from '../../core/id.ts'
import type { EntityName } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import type { EditInput } from '../../core/protocol/edit.ts'
import type { Random } from '../../core/random.ts'
import { notify, notifyError } from '../ui/toast.tsx'
import { call } from './api.ts'
import { plural } from './format.ts'

const secureRandom: Random = () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32

/** A new record id (UUIDv7, from the machine's secure source). */
export const newId = (): string => uuidv7(Date.now(), secureRandom)

const undo = async (ids: readonly string[]): Promise<void> => {
  const result = await call('edits.undo', { ids: [...ids] })
  if (!result.ok) return notifyError('Could not undo', result.error)
  const count = result.value.cancelled + result.value.reversed
  notify(count === 1 ? 'Undone' : `${plural(count, 'edit')} undone`)
}

/**
 * Hands edits to the sync process; they are on disk when this answers. Says so in a toast with Undo, or why not.
 *
 * @param said what was done, in words for the toast; null = say nothing on success
 */
export const submitEdits = async (edits: readonly EditInput[], said: string | null): Promise<boolean> => {
  const result = await call('edits.submit', { edits: [...edits], group: edits.length > 1 })
  if (!result.ok) {
    notifyError('Not saved', result.error)
    return false
  }
  if (said !== null) notify(said, { undo: () => void undo(result.value.ids) })
  return true
}

/** The patch of the fields whose value changed; null where none did. */
export const patchOf = (
  entity: EntityName,
  recordId: string,
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
): EditInput | null => {
  const changed = Object.keys(after).filter((column) => (after[column] ?? null) !== (before[column] ?? null))
  if (changed.length === 0) return null
  const pick = (from: Readonly<Record<string, Value>>) =>
    Object.fromEntries(changed.map((column) => [column, from[column] ?? null]))
  return { op: 'patch', entity, record_id: recordId, values: pick(after), base: pick(before) }
}
