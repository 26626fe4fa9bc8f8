import { useEffect, useState, useSyncExternalStore } from 'react'
import type { ListSpec } from '../../core/query/spec.ts'
import { firstScreen } from './first-screen.ts'
import { createListSession, type ListSession, type ListSnapshot } from './list-session.ts'
import { useQueries } from './query-context.tsx'

/**
 * Keeps one list open for the component: its summary, and the session that knows its rows. Whoever knows the next spec
 * before it is drawn may open it in the session right away.
 */
export const useList = (spec: ListSpec): { readonly list: ListSnapshot; readonly session: ListSession } => {
  const queries = useQueries()
  const [session] = useState(() => createListSession(queries, firstScreen))
  // The session leaves a query alone that it was asked already.
  useEffect(() => void session.open(spec))
  useEffect(() => () => session.close(), [session])
  return { list: useSyncExternalStore(session.subscribe, session.snapshot), session }
}
