import { ENTITIES, type EntityName } from '../../../core/model/entities.ts'
import { type DisplayContext, displayValue } from '../../data/display.ts'
import { toDraft } from '../../data/drafts.ts'
import { FieldInput } from '../../data/field-input.tsx'
import type { RefusedField } from './refusal.ts'

/** One field of a refused edit: the three values side by side, and the value to send. */
export const RefusedFieldRow = ({
  entity,
  entryId,
  field,
  text,
  problem,
  editable,
  context,
  onText,
}: {
  entity: EntityName
  entryId: string
  field: RefusedField
  text: string
  problem: string | null
  editable: boolean
  context: DisplayContext
  onText: (text: string) => void
}) => {
  const label = ENTITIES[entity].fields[field.field]?.label ?? field.field
  const show = (value: RefusedField['mine']): string => displayValue(entity, field.field, value, context) || 'empty'
  const mine = toDraft(entity, field.field, field.mine)
  const theirs = toDraft(entity, field.field, field.theirs)
  const id = `attention-${entryId}-${field.field}`
  return (
    <div className="refused" data-field={field.field}>
      <span className="refused-label">{label}</span>
      {field.conflict && (
        <div className="sides" role="radiogroup" aria-label={`${label}: which value`}>
          <label className={text === mine ? 'side side-on' : 'side'}>
            <input
              type="radio"
              name={`${id}-side`}
              checked={text === mine}
              disabled={!editable}
              onChange={() => onText(mine)}
            />
            <span className="side-who">Mine</span>
            <span className="side-value" title={show(field.mine)}>
              {show(field.mine)}
            </span>
          </label>
          <label className={text === theirs ? 'side side-on' : 'side'}>
            <input
              type="radio"
              name={`${id}-side`}
              checked={text === theirs && theirs !== mine}
              disabled={!editable}
              onChange={() => onText(theirs)}
            />
            <span className="side-who">Theirs</span>
            <span className="side-value" title={show(field.theirs)}>
              {show(field.theirs)}
            </span>
          </label>
          <div className="side side-base">
            <span className="side-who">Started from</span>
            <span className="side-value" title={show(field.base)}>
              {show(field.base)}
            </span>
          </div>
        </div>
      )}
      {!editable && !field.conflict && (
        <p className="refused-value">
          {show(field.mine)} <span className="muted">{`was ${show(field.base)}`}</span>
        </p>
      )}
      {editable && (
        <div className="refused-input">
          <label htmlFor={id} className={field.conflict ? 'refused-send' : 'sr-only'}>
            {field.conflict ? 'Send' : label}
          </label>
          <FieldInput
            id={id}
            entity={entity}
            column={field.field}
            text={text}
            invalid={problem !== null}
            onText={onText}
          />
        </div>
      )}
      {problem && (
        <p className="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
