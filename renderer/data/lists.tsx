import type { ReactNode } from 'react'
import { createContext, use, useMemo, useRef, useState } from 'react'
import type { ListEntity } from '../../core/query/spec.ts'
import { type ListQuery, type QueryAction, reduceQuery } from './list-query.ts'
import { standardViews, type View } from './views.ts'

/** The query of each list, and the view that it started from; kept while the person is on other pages. */
export interface ListState {
  readonly query: ListQuery
  readonly view: View
}

type Lists = Readonly<Record<ListEntity, ListState>>

export type ListsAction =
  | { readonly t: 'view'; readonly view: View }
  | { readonly t: 'query'; readonly entity: ListEntity; readonly action: QueryAction }

const reduceLists = (lists: Lists, action: ListsAction): Lists => {
  if (action.t === 'view') return { ...lists, [action.view.entity]: { query: action.view.query, view: action.view } }
  const state = lists[action.entity]
  return { ...lists, [action.entity]: { ...state, query: reduceQuery(state.query, action.action) } }
}

const startOf = (entity: ListEntity, me: string): ListState => {
  const [view] = standardViews(entity, me)
  if (!view) throw new Error(`no view of ${entity}`)
  return { query: view.query, view }
}

interface ListsChannel {
  dispatch(action: ListsAction): void
  /** Calls `listener` with each next query of a list while the event that asks for it runs; answers what stops it. */
  onQuery(entity: ListEntity, listener: (query: ListQuery) => void): () => void
}

const ListsContext = createContext<(ListsChannel & { readonly lists: Lists }) | null>(null)

/** Holds the lists' queries. `me`: the member's id, for "my" views. */
export const ListsProvider = ({ me, children }: { me: string; children: ReactNode }) => {
  const [start] = useState(() => ({
    accounts: startOf('accounts', me),
    contacts: startOf('contacts', me),
    tasks: startOf('tasks', me),
  }))
  const [lists, setLists] = useState<Lists>(start)
  const latest = useRef<Lists>(start)
  const channel = useMemo((): ListsChannel => {
    const listeners = new Map<ListEntity, (query: ListQuery) => void>()
    return {
      dispatch(action) {
        const entity = action.t === 'view' ? action.view.entity : action.entity
        latest.current = reduceLists(latest.current, action)
        listeners.get(entity)?.(latest.current[entity].query)
        setLists(latest.current)
      },
      onQuery(entity, listener) {
        listeners.set(entity, listener)
        return () => {
          if (listeners.get(entity) === listener) listeners.delete(entity)
        }
      },
    }
  }, [])
  const value = useMemo(() => ({ ...channel, lists }), [channel, lists])
  return <ListsContext value={value}>{children}</ListsContext>
}

export const useLists = () => {
  const lists = use(ListsContext)
  if (!lists) throw new Error('useLists needs a ListsProvider')
  return lists
}
