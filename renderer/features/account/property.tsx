import { type KeyboardEvent, useRef, useState } from 'react'
import { ENTITIES } from '../../../core/model/entities.ts'
import type { RecordValues } from '../../data/actions.tsx'
import { displayValue } from '../../data/display.ts'
import { readDraft, toDraft } from '../../data/drafts.ts'
import { patchOf, submitEdits } from '../../data/edits.ts'
import { FieldInput } from '../../data/field-input.tsx'
import { useDisplay } from './use-display.ts'

/** Saves one changed field of an account; nothing where it did not change. */
export const saveField = async (row: RecordValues, column: string, value: string | number | null): Promise<boolean> => {
  const edit = patchOf('accounts', String(row['id']), row, { [column]: value })
  const label = ENTITIES.accounts.fields[column]?.label ?? column
  return edit === null || submitEdits([edit], `${label} changed`)
}

/** A field of the account: click to edit in place; Enter or leaving saves, Escape does not. */
export const Property = ({ row, column, wide = false }: { row: RecordValues; column: string; wide?: boolean }) => {
  const context = useDisplay()
  const [text, setText] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const saving = useRef(false)
  const field = ENTITIES.accounts.fields[column]
  const words = displayValue('accounts', column, row[column], context)
  const label = field?.label ?? column
  const id = `property-${column}`
  const stop = (): void => {
    setText(null)
    setProblem(null)
  }
  const save = async (): Promise<void> => {
    if (text === null) return
    const read = readDraft('accounts', column, text)
    if (read.problem) return setProblem(read.problem)
    if (saving.current) return
    saving.current = true
    const saved = await saveField(row, column, read.value)
    saving.current = false
    if (saved) stop()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const many = field?.kind === 'longText'
    if (event.key === 'Escape') stop()
    else if (event.key === 'Enter' && (!many || event.ctrlKey || event.metaKey)) void save()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className={wide ? 'property property-wide' : 'property'}>
      <span className="property-label" id={`${id}-label`}>
        {label}
      </span>
      {text === null ? (
        <button
          type="button"
          className="property-value"
          aria-label={`${label}: ${words || 'empty'}. Edit`}
          data-testid={`property-${column}`}
          title={words}
          onClick={() => setText(toDraft('accounts', column, row[column]))}
        >
          {words === '' ? (
            <span className="property-none">Empty</span>
          ) : (
            <span className={wide ? 'property-long' : 'truncate'}>{words}</span>
          )}
        </button>
      ) : (
        <fieldset className="property-edit" aria-label={label} onKeyDown={onKeyDown} onBlur={() => void save()}>
          <FieldInput
            id={id}
            entity="accounts"
            column={column}
            text={text}
            invalid={problem !== null}
            autoFocus
            onText={(next) => {
              setText(next)
              setProblem(null)
            }}
          />
          {problem && (
            <p className="field-problem" id={`${id}-problem`} role="alert">
              {problem}
            </p>
          )}
        </fieldset>
      )}
    </div>
  )
}
