import { ChevronDown } from 'lucide-react'
import { type EntityName, fieldOf } from '../../core/model/entities.ts'
import { focusOnMount } from '../ui/focus.ts'
import { Picker } from '../ui/picker.tsx'
import { codeOptions, memberOptions } from './options.tsx'
import { useWorkspace } from './workspace.tsx'

interface FieldInputProps {
  readonly id: string
  readonly entity: EntityName
  readonly column: string
  readonly text: string
  readonly accountType?: string | null
  readonly invalid: boolean
  readonly autoFocus?: boolean
  readonly onText: (text: string) => void
}

/** The input of one field, by its kind. Its text is the draft of `data/drafts`. */
export const FieldInput = ({ id, entity, column, text, accountType, invalid, autoFocus, onText }: FieldInputProps) => {
  const { session, members } = useWorkspace()
  const field = fieldOf(entity, column)
  const common = {
    id,
    className: 'input',
    value: text,
    'aria-invalid': invalid,
    ...(invalid ? { 'aria-describedby': `${id}-problem` } : {}),
    ...(autoFocus ? { ref: focusOnMount } : {}),
    onChange: (event: { target: { value: string } }) => onText(event.target.value),
  }
  switch (field?.kind) {
    case 'longText':
      return <textarea {...common} rows={4} />
    case 'day':
      return <input {...common} type="date" min="1000-01-01" max="9999-12-31" />
    case 'instant':
      return <input {...common} type="datetime-local" />
    case 'money':
      return <input {...common} type="text" inputMode="decimal" placeholder={session.workspace.currency} />
    case 'code':
    case 'ref': {
      const nothing = { value: '', label: 'None', content: <span className="muted">None</span> }
      const options =
        field.kind === 'ref'
          ? memberOptions(members, session.member.id, field.nullable ? 'Nobody' : null)
          : [...(field.nullable ? [nothing] : []), ...codeOptions(entity, column, text, accountType)]
      const chosen = options.find((option) => option.value === text)
      return (
        <Picker
          label={field.label}
          options={options}
          value={text}
          onPick={onText}
          trigger={
            <button
              type="button"
              id={id}
              className="input input-pick"
              aria-invalid={invalid}
              data-testid={`pick-${column}`}
            >
              <span className="truncate">
                {chosen?.content ?? chosen?.label ?? <span className="muted">None</span>}
              </span>
              <ChevronDown className="chevron" aria-hidden="true" />
            </button>
          }
        />
      )
    }
    default:
      return <input {...common} type="text" spellCheck={false} />
  }
}
