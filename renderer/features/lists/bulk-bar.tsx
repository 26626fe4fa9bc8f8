import { Trash2, UserRound, X } from 'lucide-react'
import type { ListEntity } from '../../../core/query/spec.ts'
import { useActions } from '../../data/actions.tsx'
import { memberName } from '../../data/display.ts'
import { submitEdits } from '../../data/edits.ts'
import { formatCount, plural } from '../../data/format.ts'
import { memberOptions } from '../../data/options.tsx'
import { useWorkspace } from '../../data/workspace.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Picker } from '../../ui/picker.tsx'
import { MAX_SELECTED, type Selection } from './selection.ts'
import './bulk-bar.css'

const NOUN: Readonly<Record<ListEntity, string>> = { accounts: 'account', contacts: 'contact', tasks: 'task' }

/** What can be done with the selected records. */
export const BulkBar = ({
  entity,
  selection,
  onDone,
}: {
  entity: ListEntity
  selection: Selection
  onDone: () => void
}) => {
  const { members, session, byId } = useWorkspace()
  const actions = useActions()
  const assign = async (to: string): Promise<void> => {
    const assigned_to = to === '' ? null : to
    const edits = [...selection.values()]
      .filter((row) => (row.values['assigned_to'] ?? null) !== assigned_to)
      .map((row) => ({
        op: 'patch' as const,
        entity,
        record_id: row.id,
        values: { assigned_to },
        base: { assigned_to: row.values['assigned_to'] ?? null },
      }))
    const who = assigned_to === null ? 'nobody' : memberName(byId, assigned_to)
    if (edits.length === 0) return onDone()
    if (await submitEdits(edits, `${plural(edits.length, NOUN[entity])} assigned to ${who}`)) onDone()
  }
  const [first] = selection.values()
  const title = String(first?.values['company'] ?? first?.values['name'] ?? first?.values['title'] ?? '')
  return (
    <div className="bulk" role="toolbar" aria-label="Selected records" data-testid="bulk-bar">
      <span className="bulk-count num">
        {formatCount(selection.size)} selected
        {selection.size === MAX_SELECTED && <span className="muted"> (the most at once)</span>}
      </span>
      <Picker
        label="Assign to"
        options={memberOptions(members, session.member.id, 'Nobody')}
        value={null}
        onPick={(to) => void assign(to)}
        trigger={
          <Button icon={<UserRound aria-hidden="true" />} data-testid="bulk-assign">
            Assign
          </Button>
        }
      />
      <Button
        icon={<Trash2 aria-hidden="true" />}
        data-testid="bulk-delete"
        onClick={() => actions.confirmDelete({ entity, ids: [...selection.keys()], title, onDeleted: onDone })}
      >
        Delete
      </Button>
      <IconButton label="Clear the selection" onClick={onDone}>
        <X />
      </IconButton>
    </div>
  )
}
