import { useEffect, useState, useSyncExternalStore } from 'react'
import { type ListSpec, listSpec } from '../../core/query/spec.ts'
import { createListSession, type ListSession, type ListSnapshot } from './list-session.ts'
import { useQueries } from './query-context.tsx'

/** Keeps one list open for the component: its summary, and the session that knows its rows. */
export const useList = (spec: ListSpec): { readonly list: ListSnapshot; readonly session: ListSession } => {
  const queries = useQueries()
  const [session] = useState(() => createListSession(queries))
  const key = JSON.stringify(spec)
  useEffect(() => {
    void session.open(listSpec.parse(JSON.parse(key)))
  }, [session, key])
  useEffect(() => () => session.close(), [session])
  return { list: useSyncExternalStore(session.subscribe, session.snapshot), session }
}
