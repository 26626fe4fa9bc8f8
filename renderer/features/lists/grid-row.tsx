import { Check } from 'lucide-react'
import { type MouseEvent, memo, type RefObject } from 'react'
import type { WindowRow } from '../../../core/protocol/query-worker.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import type { DisplayContext } from '../../data/display.ts'
import { Cell } from './cell.tsx'
import type { Column } from './columns.ts'

interface RowProps {
  readonly index: number
  readonly top: number
  readonly row: WindowRow | undefined
  readonly entity: ListEntity
  readonly columns: readonly Column[]
  readonly context: DisplayContext
  readonly active: boolean
  readonly selected: boolean
  readonly open: boolean
  /** Out of sight, while the list changes with every key: it stays as it is until that is over, or until it comes into sight. */
  readonly waits: boolean
  readonly click: RefObject<(index: number, row: WindowRow, event: MouseEvent, box: boolean) => void>
}

const Drawn = ({ index, top, row, entity, columns, context, active, selected, open, click }: RowProps) => (
  <div
    id={`row-${index}`}
    role="row"
    tabIndex={-1}
    aria-rowindex={index + 2}
    aria-selected={selected}
    className={`row${active ? ' row-active' : ''}${selected ? ' row-selected' : ''}${open ? ' row-open' : ''}`}
    style={{ transform: `translateY(${top}px)` }}
    data-testid="row"
    data-id={row?.id}
    onMouseDown={(event) => event.shiftKey && event.preventDefault()}
    onClick={(event) => {
      const box = event.target instanceof Element && event.target.closest('.grid-box') !== null
      if (row) click.current(index, row, event, box)
    }}
  >
    <div className="grid-box" role="gridcell">
      <span className={selected ? 'tick tick-on' : 'tick'} title="Select">
        {selected && <Check aria-hidden="true" />}
      </span>
    </div>
    {columns.map((column, position) => (
      <div
        key={column.field}
        role="gridcell"
        className={column.end ? 'cell cell-end' : 'cell'}
        data-field={column.field}
      >
        {row ? (
          <Cell entity={entity} field={column.field} row={row} context={context} />
        ) : (
          <span className={`bone bone-${(index + position) % 3}`} />
        )}
      </div>
    ))}
  </div>
)

const isSame = (before: RowProps, { waits, ...after }: RowProps): boolean =>
  waits || Object.entries(after).every(([name, value]) => Object.is(before[name as keyof RowProps], value))

/** One row, or its skeleton while it is fetched. The grid has the keys. */
export const Row = memo(Drawn, isSame)
