import { BookmarkPlus, Plus, X } from 'lucide-react'
import { labelOf } from '../../../core/model/codes.ts'
import type { EntityName } from '../../../core/model/entities.ts'
import { fieldOf } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import type { Condition, ListEntity } from '../../../core/query/spec.ts'
import { useActions } from '../../data/actions.tsx'
import { conditionWords, plainValue } from '../../data/conditions.ts'
import { memberName } from '../../data/display.ts'
import { formatCount, formatMoney } from '../../data/format.ts'
import { FACETS, isNarrowed, type ListQuery, type QueryAction } from '../../data/list-query.ts'
import type { ListSnapshot } from '../../data/list-session.ts'
import { useWorkspace } from '../../data/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { ConditionButton } from './condition-button.tsx'
import { FacetButton } from './facet-button.tsx'
import './filter-bar.css'

/** "1,204 of 50,000 accounts". */
const Total = ({ list, entity, narrowed }: { list: ListSnapshot; entity: ListEntity; narrowed: boolean }) => {
  const total = formatCount(list.total)
  const all = formatCount(list.loaded)
  return (
    <span
      className="list-total num"
      data-testid="list-total"
      data-total={list.counting ? undefined : list.total}
      data-complete={list.complete}
      data-search={list.spec?.search}
      role="status"
    >
      {list.counting
        ? 'Counting…'
        : list.list === null || (!list.complete && list.loaded === 0)
          ? ''
          : narrowed
            ? `${total} of ${all} ${entity}`
            : `${total} ${entity}`}
      {list.loaded > 0 && !list.complete && ' so far'}
    </span>
  )
}

/** A condition in words; it can be given alternatives, and goes. */
const ConditionChip = ({
  entity,
  words,
  onOr,
  onDrop,
}: {
  entity: ListEntity
  words: string
  onOr: (condition: Condition) => void
  onDrop: () => void
}) => (
  <span className="facet facet-on">
    <span className="facet-button truncate" title={words}>
      {words}
    </span>
    <ConditionButton
      entity={entity}
      label="Add an alternative"
      onAdd={onOr}
      trigger={
        <button type="button" className="facet-or" title="Add an alternative" data-testid="or-condition">
          or
        </button>
      }
    />
    <button type="button" className="facet-drop" aria-label="Remove this condition" onClick={onDrop}>
      <X aria-hidden="true" />
    </button>
  </span>
)

/** Filters, what is chosen, the total, and saving it all as a view. */
export const FilterBar = ({
  query,
  list,
  savable,
  onAction,
}: {
  query: ListQuery
  list: ListSnapshot
  /** Is this query not a view yet? */
  savable: boolean
  onAction: (action: QueryAction) => void
}) => {
  const workspace = useWorkspace()
  const actions = useActions()
  const narrowed = isNarrowed(query)
  const show = (entity: EntityName, column: string, value: Value): string => {
    const kind = fieldOf(entity, column)?.kind
    if (kind === 'money') return formatMoney(Number(value), workspace.session.workspace.currency)
    if (kind === 'ref') return memberName(workspace.byId, String(value))
    return kind === 'code' ? labelOf(entity, column, String(value)) : plainValue(entity, column, value)
  }
  return (
    <div className="filter-bar" role="toolbar" aria-label="Filters">
      {FACETS[query.entity].map((field) => (
        <FacetButton
          key={field}
          entity={query.entity}
          field={field}
          chosen={query.filters[field] ?? []}
          counts={list.counting ? null : (list.facets[field] ?? {})}
          workspace={workspace}
          onChange={(values) => onAction({ t: 'filter', field, values })}
        />
      ))}
      <ConditionButton
        entity={query.entity}
        label="Add a condition"
        onAdd={(condition) => onAction({ t: 'add-other', condition })}
        trigger={
          <button type="button" className="facet" data-testid="add-condition">
            <span className="facet-button">
              <Plus aria-hidden="true" /> More
            </span>
          </button>
        }
      />
      {query.other.map((item, index) => (
        <ConditionChip
          key={JSON.stringify(item)}
          entity={query.entity}
          words={conditionWords(query.entity, item, show)}
          onOr={(condition) => onAction({ t: 'or-other', index, condition })}
          onDrop={() => onAction({ t: 'drop-other', index })}
        />
      ))}
      {query.search.trim() !== '' && (
        <span className="facet facet-on">
          <span className="facet-button">
            Search <span className="facet-value truncate">{query.search.trim()}</span>
          </span>
          <button
            type="button"
            className="facet-drop"
            aria-label="Clear the search"
            onClick={() => onAction({ t: 'search', text: '' })}
          >
            <X aria-hidden="true" />
          </button>
        </span>
      )}
      {narrowed && (
        <Button kind="ghost" onClick={() => onAction({ t: 'clear' })} data-testid="clear-filters">
          Clear
        </Button>
      )}
      {savable && (
        <Button
          kind="ghost"
          icon={<BookmarkPlus aria-hidden="true" />}
          onClick={() => actions.saveView(query)}
          data-testid="save-view"
        >
          Save view
        </Button>
      )}
      <Total list={list} entity={query.entity} narrowed={narrowed} />
    </div>
  )
}
