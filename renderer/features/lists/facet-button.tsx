import { ListFilter, X } from 'lucide-react'
import { labelOf } from '../../../core/model/codes.ts'
import { fieldOf } from '../../../core/model/entities.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import { memberName } from '../../data/display.ts'
import { formatCount } from '../../data/format.ts'
import { codeOptions, memberOptions } from '../../data/options.tsx'
import type { Workspace } from '../../data/workspace.tsx'
import { type Option, OptionList } from '../../ui/option-list.tsx'
import { Popover } from '../../ui/popover.tsx'

interface FacetProps {
  readonly entity: ListEntity
  readonly field: string
  readonly chosen: readonly string[]
  /** Value → rows that have it under the other filters; '' = none. Null while they are not counted yet. */
  readonly counts: Readonly<Record<string, number>> | null
  readonly workspace: Workspace
  readonly onChange: (values: readonly string[]) => void
}

const isMember = (entity: ListEntity, field: string): boolean => fieldOf(entity, field)?.kind === 'ref'

const optionsOf = ({ entity, field, chosen, counts, workspace }: FacetProps): readonly Option[] => {
  const member = isMember(entity, field)
  const known = member
    ? memberOptions(workspace.members, workspace.session.member.id, null)
    : codeOptions(entity, field, null)
  const values = new Set(known.map((option) => option.value))
  const strangers = [...new Set([...Object.keys(counts ?? {}), ...chosen])]
    .filter((value) => value !== '' && !values.has(value))
    .map((value) => ({ value, label: member ? memberName(workspace.byId, value) : labelOf(entity, field, value) }))
  const none = counts === null || (counts[''] ?? 0) > 0 || chosen.includes('')
  return [
    ...known,
    ...strangers,
    ...(none
      ? [
          {
            value: '',
            label: member ? 'Unassigned' : 'None',
            content: <span className="muted">{member ? 'Unassigned' : 'None'}</span>,
          },
        ]
      : []),
  ]
    .filter((option) => !member || !counts || (counts[option.value] ?? 0) > 0 || chosen.includes(option.value))
    .map((option) => (counts ? { ...option, count: formatCount(counts[option.value] ?? 0) } : option))
}

/** What a filter says on its chip: one value by name, more by number. */
const summary = (props: FacetProps): string => {
  const [only] = props.chosen
  if (props.chosen.length !== 1 || only === undefined) return `${props.chosen.length} chosen`
  if (only === '') return isMember(props.entity, props.field) ? 'Unassigned' : 'None'
  if (!isMember(props.entity, props.field)) return labelOf(props.entity, props.field, only)
  return only === props.workspace.session.member.id ? 'Me' : memberName(props.workspace.byId, only)
}

/** Drawn while the popover is open: no key pays for the options of closed ones. */
const Options = (props: FacetProps) => {
  const { entity, field, chosen, onChange } = props
  return (
    <OptionList
      label={fieldOf(entity, field)?.label ?? field}
      options={optionsOf(props)}
      chosen={chosen}
      multiple
      onChoose={(value) =>
        onChange(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value])
      }
      {...(chosen.length > 0
        ? {
            footer: (
              <button type="button" className="option options-clear" onClick={() => onChange([])}>
                Clear this filter
              </button>
            ),
          }
        : {})}
    />
  )
}

/** One filter: its button says what is chosen, its popover counts each value. */
export const FacetButton = (props: FacetProps) => {
  const { entity, field, chosen, onChange } = props
  const label = fieldOf(entity, field)?.label ?? field
  const on = chosen.length > 0
  return (
    <span className={on ? 'facet facet-on' : 'facet'}>
      <Popover
        label={label}
        trigger={
          <button type="button" className="facet-button" data-testid={`facet-${field}`}>
            {!on && <ListFilter aria-hidden="true" />}
            <span>{label}</span>
            {on && <span className="facet-value truncate">{summary(props)}</span>}
          </button>
        }
      >
        <Options {...props} />
      </Popover>
      {on && (
        <button
          type="button"
          className="facet-drop"
          aria-label={`Remove the filter ${label}`}
          title="Remove"
          onClick={() => onChange([])}
        >
          <X aria-hidden="true" />
        </button>
      )}
    </span>
  )
}
