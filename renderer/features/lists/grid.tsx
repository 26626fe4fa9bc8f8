import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { WindowRow } from '../../../core/protocol/query-worker.ts'
import type { ListEntity, SortKey } from '../../../core/query/spec.ts'
import type { DisplayContext } from '../../data/display.ts'
import { movedRow } from '../../data/grid-keys.ts'
import type { ListSession, ListSnapshot } from '../../data/list-session.ts'
import { useCalmValue } from '../../data/use-calm-value.ts'
import { columnsThatFit, gridTemplate } from './columns.ts'
import { Header } from './grid-header.tsx'
import { Row } from './grid-row.tsx'
import type { Selection } from './selection.ts'
import { useRowWindow } from './use-row-window.ts'
import './grid.css'

interface GridProps {
  readonly entity: ListEntity
  readonly label: string
  readonly list: ListSnapshot
  readonly session: ListSession
  readonly sort: readonly SortKey[]
  readonly context: DisplayContext
  readonly selection: Selection
  /** The record whose details are open. */
  readonly open: string | null
  readonly gridRef: RefObject<HTMLDivElement | null>
  readonly on: RefObject<GridHandlers>
}

export interface GridHandlers {
  onSort(field: string, additive: boolean): void
  onOpen(row: WindowRow): void
  onToggle(row: WindowRow): void
  onRange(from: number, to: number): void
  onSelectAll(): void
  onClearSelection(): void
}

/** A list of any length: sticky header, fixed-height rows, whole keyboard. Drawn when its rows change, not with every key. */
export const Grid = memo((props: GridProps) => {
  const { entity, list, session, context, selection, gridRef, on } = props
  const [width, setWidth] = useState(1100)
  const [active, setActive] = useState(-1)
  const anchor = useRef(0)
  const rows = useRowWindow(gridRef, list.total)
  const drawnWhole = useCalmValue(list)
  // Rows are drawn again when their columns are others.
  const columns = useMemo(() => columnsThatFit(entity, width), [entity, width])
  const template = gridTemplate(columns)

  useLayoutEffect(() => {
    const element = gridRef.current
    if (!element) return
    const watch = new ResizeObserver(() => setWidth(element.clientWidth))
    watch.observe(element)
    return () => watch.disconnect()
  }, [gridRef])

  useEffect(() => session.show(rows.first, rows.last), [session, rows.first, rows.last])

  const shown = useRef(list.spec)
  const { toTop } = rows
  useLayoutEffect(() => {
    if (shown.current && shown.current !== list.spec) {
      toTop()
      setActive(-1)
    }
    shown.current = list.spec
  })

  // The frame that shows other rows is some milliseconds away yet: by then their layout, a third of it, is done.
  useLayoutEffect(() => void (list && gridRef.current?.getBoundingClientRect()), [list, gridRef])

  const go = (to: number, extend: boolean): void => {
    if (extend) on.current.onRange(anchor.current, to)
    else anchor.current = to
    setActive(to)
    rows.reveal(to)
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key !== 'a' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      on.current.onSelectAll()
      return
    }
    const to = movedRow(event.key, active, list.total, rows.pageRows)
    const row = active >= 0 ? session.rowAt(active) : undefined
    if (to !== null) {
      event.preventDefault()
      go(to, event.shiftKey)
    } else if (event.key === 'Enter' && row) {
      event.preventDefault()
      on.current.onOpen(row)
    } else if ((event.key === ' ' || event.key === 'x') && row) {
      event.preventDefault()
      anchor.current = active
      on.current.onToggle(row)
    } else if (event.key === 'Escape' && selection.size > 0) {
      event.stopPropagation()
      on.current.onClearSelection()
    }
  }

  const onRowClick = (index: number, row: WindowRow, event: MouseEvent, box: boolean): void => {
    setActive(index)
    if (event.shiftKey) {
      on.current.onRange(anchor.current, index)
      return
    }
    anchor.current = index
    if (box || event.ctrlKey || event.metaKey) on.current.onToggle(row)
    else on.current.onOpen(row)
  }
  const click = useRef(onRowClick)
  click.current = onRowClick

  const indexes = Array.from({ length: Math.max(0, rows.last - rows.first + 1) }, (_, i) => rows.first + i)
  return (
    <div
      ref={gridRef}
      className={selection.size > 0 ? 'grid grid-selecting' : 'grid'}
      role="grid"
      aria-label={props.label}
      aria-rowcount={list.counting ? -1 : list.total + 1}
      aria-multiselectable="true"
      aria-busy={list.opening}
      aria-activedescendant={active >= rows.first && active <= rows.last ? `row-${active}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={() => active < 0 && list.total > 0 && setActive(0)}
      style={{ '--columns': template } as React.CSSProperties}
    >
      <Header
        columns={columns}
        sort={props.sort}
        onSort={(field, additive) => on.current.onSort(field, additive)}
        some={selection.size}
        all={list.counting ? null : list.total}
        onAll={() => (selection.size > 0 ? on.current.onClearSelection() : on.current.onSelectAll())}
      />
      <div className="grid-body" role="rowgroup" style={{ height: rows.height }}>
        {indexes.map((index) => {
          const row = session.rowAt(index)
          return (
            <Row
              key={index}
              index={index}
              top={rows.topOf(index)}
              row={row}
              entity={entity}
              columns={columns}
              context={context}
              active={index === active}
              selected={row !== undefined && selection.has(row.id)}
              open={row !== undefined && row.id === props.open}
              click={click}
              waits={drawnWhole !== list && !rows.inSight(index)}
            />
          )
        })}
      </div>
    </div>
  )
})
