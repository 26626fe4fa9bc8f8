import { Plus, TriangleAlert } from 'lucide-react'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { toAppError } from '../../../core/errors.ts'
import type { WindowRow } from '../../../core/protocol/query-worker.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import { useActions } from '../../data/actions.tsx'
import { type QueryAction, toSpec } from '../../data/list-query.ts'
import { useLists } from '../../data/lists.tsx'
import { useSavedViews } from '../../data/saved-views.ts'
import { useStatusOf } from '../../data/status-store.ts'
import { useList } from '../../data/use-list.ts'
import { useNow } from '../../data/use-now.ts'
import { standardViews, viewOf } from '../../data/views.ts'
import { useWorkspace } from '../../data/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { notifyError } from '../../ui/toast.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { FilterBar } from './filter-bar.tsx'
import { Grid, type GridHandlers } from './grid.tsx'
import { ListEmpty } from './list-empty.tsx'
import { ListSkeleton } from './list-skeleton.tsx'
import { MAX_SELECTED, NOTHING_SELECTED, type Selection, toggled, withRange } from './selection.ts'
import { ViewTabs } from './view-tabs.tsx'
import './list-page.css'

const TITLES: Readonly<Record<ListEntity, string>> = { accounts: 'Accounts', contacts: 'Contacts', tasks: 'Tasks' }
const NEW: Readonly<Record<ListEntity, string>> = {
  accounts: 'New account',
  contacts: 'New contact',
  tasks: 'New task',
}

/** A list of one entity with its views, filters and bulk actions. `open`: the record whose details are shown. */
export const ListPage = ({
  entity,
  open,
  gridRef,
}: {
  entity: ListEntity
  open: string | null
  gridRef: RefObject<HTMLDivElement | null>
}) => {
  const workspace = useWorkspace()
  const actions = useActions()
  const { lists, dispatch, onQuery } = useLists()
  const synced = useStatusOf(({ upToDateAt }) => upToDateAt !== null)
  const saved = useSavedViews()
  const { query, view } = lists[entity]
  const { list, session } = useList(toSpec(query))
  // The worker answers while the page draws the key.
  useEffect(() => onQuery(entity, (next) => void session.open(toSpec(next))), [onQuery, entity, session])
  const [selection, setSelection] = useState<Selection>(NOTHING_SELECTED)
  const nowMs = useNow(60_000)
  const context = useMemo(
    () => ({ currency: workspace.session.workspace.currency, byId: workspace.byId, nowMs }),
    [workspace, nowMs],
  )
  const views = [...standardViews(entity, workspace.session.member.id), ...saved.filter((one) => one.entity === entity)]
  const matching = viewOf(views, { ...query, search: '' })
  const act = (action: QueryAction): void => dispatch({ t: 'query', entity, action })

  const openRow = (row: WindowRow): void => {
    const account = row.values['account_id']
    if (entity === 'accounts') actions.openAccount(row.id)
    else if (typeof account === 'string') actions.openAccount(account, row.id)
  }
  const addRange = async (from: number, to: number): Promise<void> => {
    if (list.total === 0) return
    try {
      setSelection(await withRange(selection, list.list ?? session, from, Math.min(to, list.total - 1)))
    } catch (thrown) {
      notifyError('Could not select', toAppError(thrown))
    }
  }

  const handlers: GridHandlers = {
    onSort: (field, additive) => act({ t: 'sort', field, additive }),
    onOpen: openRow,
    onToggle: (row) => setSelection(toggled(selection, row)),
    onRange: (from, to) => void addRange(from, to),
    onSelectAll: () => void (list.counting || addRange(0, MAX_SELECTED - 1)),
    onClearSelection: () => setSelection(NOTHING_SELECTED),
  }
  const on = useRef(handlers)
  on.current = handlers

  return (
    <section className="list-page" aria-label={TITLES[entity]}>
      <header className="page-head">
        <ViewTabs
          views={views}
          matching={matching}
          from={view}
          onChoose={(one) => dispatch({ t: 'view', view: one })}
        />
        <Button
          kind="primary"
          icon={<Plus aria-hidden="true" />}
          data-testid={`new-${entity.slice(0, -1)}`}
          title={`${NEW[entity]} (N)`}
          onClick={() => actions.openForm({ mode: 'create', entity, preset: {} })}
        >
          {NEW[entity]}
        </Button>
      </header>
      <FilterBar query={query} list={list} savable={matching === null && list.total > 0} onAction={act} />
      {list.error && (
        <p className="list-error" role="alert">
          <TriangleAlert aria-hidden="true" /> {list.error.message}
        </p>
      )}
      <div className="list-area">
        {(list.list === null && !list.counting) || (list.total === 0 && !list.complete && synced) ? (
          <ListSkeleton />
        ) : list.total === 0 ? (
          <ListEmpty query={query} list={list} onClear={() => act({ t: 'clear' })} />
        ) : (
          <Grid
            entity={entity}
            label={matching?.name ?? TITLES[entity]}
            list={list}
            session={session}
            sort={query.sort}
            context={context}
            selection={selection}
            open={open}
            gridRef={gridRef}
            on={on}
          />
        )}
        {selection.size > 0 && (
          <BulkBar entity={entity} selection={selection} onDone={() => setSelection(NOTHING_SELECTED)} />
        )}
      </div>
    </section>
  )
}
