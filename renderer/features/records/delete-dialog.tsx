import { CHILD_ENTITIES, ENTITIES } from '../../../core/model/entities.ts'
import type { DeleteRequest } from '../../data/actions.tsx'
import { submitEdits } from '../../data/edits.ts'
import { formatCount } from '../../data/format.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'

/** Asks before deleting; what was deleted can be had back from the toast. */
export const DeleteDialog = ({ request, onClose }: { request: DeleteRequest; onClose: () => void }) => {
  const { entity, ids, title, onDeleted } = request
  const { label, plural } = ENTITIES[entity]
  const one = ids.length === 1
  const what = one ? label.toLowerCase() : `${formatCount(ids.length)} ${plural.toLowerCase()}`
  const remove = async (): Promise<void> => {
    const edits = ids.map((id) => ({ op: 'delete' as const, entity, record_id: id }))
    if (
      await submitEdits(edits, one ? `${label} deleted` : `${formatCount(ids.length)} ${plural.toLowerCase()} deleted`)
    )
      onDeleted?.()
  }
  return (
    <ConfirmDialog
      title={one ? `Delete “${title}”?` : `Delete ${what}?`}
      action={`Delete ${what}`}
      testId="confirm-delete"
      onClose={onClose}
      onConfirm={() => void remove()}
    >
      {entity === 'accounts'
        ? `${one ? 'Its' : 'Their'} ${CHILD_ENTITIES.map((child) => ENTITIES[child].plural.toLowerCase()).join(', ')} go with ${one ? 'it' : 'them'}. Undo brings everything back.`
        : 'Undo brings it back.'}
    </ConfirmDialog>
  )
}
