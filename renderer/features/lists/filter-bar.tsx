import { BookmarkPlus, X } from 'lucide-react'
import { fieldOf } from '../../../core/model/entities.ts'
import type { ListEntity, WhereItem } from '../../../core/query/spec.ts'
import { useActions } from '../../data/actions.tsx'
import { formatCount } from '../../data/format.ts'
import { FACETS, isNarrowed, type ListQuery, type QueryAction } from '../../data/list-query.ts'
import type { ListSnapshot } from '../../data/list-session.ts'
import { useWorkspace } from '../../data/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { FacetButton } from './facet-button.tsx'
import './filter-bar.css'

const OP_WORDS: Readonly<Record<string, string>> = {
  eq: 'is',
  ne: 'is not',
  in: 'is one of',
  lt: 'before',
  le: 'at most',
  gt: 'after',
  ge: 'at least',
  between: 'between',
  contains: 'contains',
  isnull: 'is empty:',
}

const wordsOf = (entity: ListEntity, item: WhereItem): string => {
  if ('or' in item) return item.or.map((one) => wordsOf(entity, one)).join(' or ')
  const value = Array.isArray(item.value) ? item.value.join(', ') : String(item.value)
  return `${fieldOf(entity, item.field)?.label ?? item.field} ${OP_WORDS[item.op] ?? item.op} ${value}`
}

/** "1,204 of 50,000 accounts". */
const Total = ({ list, entity, narrowed }: { list: ListSnapshot; entity: ListEntity; narrowed: boolean }) => {
  const total = formatCount(list.total)
  const all = formatCount(list.loaded)
  return (
    <span
      className="list-total num"
      data-testid="list-total"
      data-total={list.total}
      data-complete={list.complete}
      data-search={list.list?.spec.search}
      role="status"
    >
      {list.list === null || (!list.complete && list.loaded === 0)
        ? ''
        : narrowed
          ? `${total} of ${all} ${entity}`
          : `${total} ${entity}`}
      {list.loaded > 0 && !list.complete && ' so far'}
    </span>
  )
}

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
  return (
    <div className="filter-bar" role="toolbar" aria-label="Filters">
      {FACETS[query.entity].map((field) => (
        <FacetButton
          key={field}
          entity={query.entity}
          field={field}
          chosen={query.filters[field] ?? []}
          counts={list.facets[field] ?? {}}
          workspace={workspace}
          onChange={(values) => onAction({ t: 'filter', field, values })}
        />
      ))}
      {query.other.map((item, index) => (
        <span className="facet facet-on" key={JSON.stringify(item)}>
          <span className="facet-button truncate">{wordsOf(query.entity, item)}</span>
          <button
            type="button"
            className="facet-drop"
            aria-label="Remove this condition"
            onClick={() => onAction({ t: 'drop-other', index })}
          >
            <X aria-hidden="true" />
          </button>
        </span>
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
