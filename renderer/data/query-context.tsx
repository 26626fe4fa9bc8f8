import { createContext, use } from 'react'
import type { QueryClient } from './query-client.ts'

const QueryContext = createContext<QueryClient | null>(null)

export const QueryProvider = QueryContext.Provider

/** The query worker's client. */
export const useQueries = (): QueryClient => {
  const queries = use(QueryContext)
  if (!queries) throw new Error('useQueries needs a QueryProvider')
  return queries
}
