import { ArrowDown, ArrowUp, Check } from 'lucide-react'
import type { SortKey } from '../../../core/query/spec.ts'
import type { Column } from './columns.ts'

/** Column names, the order they sort by, and the box that selects all. */
export const Header = ({
  columns,
  sort,
  onSort,
  some,
  all,
  onAll,
}: {
  columns: readonly Column[]
  sort: readonly SortKey[]
  onSort: (field: string, additive: boolean) => void
  some: number
  /** Null while it is not counted yet. */
  all: number | null
  onAll: () => void
}) => {
  const isAll = all !== null && some > 0 && some >= all
  return (
    <div className="grid-head" role="row" aria-rowindex={1}>
      <div className="grid-box" role="columnheader">
        <button
          type="button"
          className="grid-check"
          aria-label={some > 0 ? 'Clear the selection' : 'Select all'}
          title={some > 0 ? 'Clear the selection' : 'Select all'}
          disabled={some === 0 && !all}
          onClick={onAll}
        >
          <span className={some === 0 ? 'tick' : isAll ? 'tick tick-on' : 'tick tick-some'}>{isAll && <Check />}</span>
        </button>
      </div>
      {columns.map((column) => {
        const position = sort.findIndex((key) => key.field === column.field)
        const key = sort[position]
        return (
          <div
            key={column.field}
            role="columnheader"
            className={column.end ? 'head-cell head-end' : 'head-cell'}
            aria-sort={key ? (key.dir === 'asc' ? 'ascending' : 'descending') : 'none'}
          >
            {column.sortable ? (
              <button
                type="button"
                className={key ? 'head-sort head-sorted' : 'head-sort'}
                title={`Sort by ${column.label.toLowerCase()} (Shift: as a further key)`}
                data-testid={`sort-${column.field}`}
                onClick={(event) => onSort(column.field, event.shiftKey)}
              >
                <span className="truncate">{column.label}</span>
                {key && (key.dir === 'asc' ? <ArrowUp aria-hidden="true" /> : <ArrowDown aria-hidden="true" />)}
                {key && sort.length > 1 && <span className="head-rank num">{position + 1}</span>}
              </button>
            ) : (
              <span className="truncate">{column.label}</span>
            )}
          </div>
        )
      })}
    </div>
  )
}
