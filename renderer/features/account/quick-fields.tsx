import { ChevronDown } from 'lucide-react'
import { labelOf } from '../../../core/model/codes.ts'
import { ENTITIES } from '../../../core/model/entities.ts'
import type { RecordValues } from '../../data/actions.tsx'
import { memberName } from '../../data/display.ts'
import { CodeValue, codeOptions, MemberValue, memberOptions } from '../../data/options.tsx'
import { useWorkspace } from '../../data/workspace.tsx'
import { Picker } from '../../ui/picker.tsx'
import { saveField } from './property.tsx'

const NONE = { value: '', label: 'None', content: <span className="muted">None</span> }

/** Type, status, priority and assignee under the name: one click to change each. */
export const QuickFields = ({ row }: { row: RecordValues }) => {
  const { session, members, byId } = useWorkspace()
  const type = typeof row['type'] === 'string' ? row['type'] : null
  return (
    <div className="quick">
      {['type', 'status', 'priority', 'assigned_to'].map((column) => {
        const field = ENTITIES.accounts.fields[column]
        const value = typeof row[column] === 'string' ? row[column] : ''
        const label = field?.label ?? column
        const options =
          column === 'assigned_to'
            ? memberOptions(members, session.member.id, 'Nobody')
            : [...(field?.nullable ? [NONE] : []), ...codeOptions('accounts', column, value, type)]
        return (
          <Picker
            key={column}
            label={label}
            options={options}
            value={value}
            onPick={(picked) => void saveField(row, column, picked === '' ? null : picked)}
            trigger={
              <button type="button" className="quick-button" title={label} data-testid={`quick-${column}`}>
                {value === '' ? (
                  <span className="muted">{column === 'assigned_to' ? 'Unassigned' : `No ${label.toLowerCase()}`}</span>
                ) : column === 'assigned_to' ? (
                  <MemberValue id={value} name={memberName(byId, value)} />
                ) : (
                  <CodeValue column={column} code={value} label={labelOf('accounts', column, value)} />
                )}
                <ChevronDown className="quick-chevron" aria-hidden="true" />
              </button>
            }
          />
        )
      })}
    </div>
  )
}
