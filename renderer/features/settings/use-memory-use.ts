import { useEffect, useState } from 'react'
import type { QueryClient } from '../../data/query-client.ts'

type MemoryUse = Awaited<ReturnType<QueryClient['stats']>>

/** What the lists hold in memory; null until it is known. */
export const useMemoryUse = (queries: QueryClient): MemoryUse | null => {
  const [memory, setMemory] = useState<MemoryUse | null>(null)
  useEffect(() => {
    let current = true
    queries.stats().then(
      (now) => current && setMemory(now),
      () => {},
    )
    return () => {
      current = false
    }
  }, [queries])
  return memory
}
