import { useEffect, useState } from 'react'
import type { QueryClient } from '../../data/query-client.ts'

type MemoryUse = Awaited<ReturnType<QueryClient['stats']>>

const EVERY_MS = 3_000

/** What the lists hold in memory, asked again while the settings are open; null until it is known. */
export const useMemoryUse = (queries: QueryClient): MemoryUse | null => {
  const [memory, setMemory] = useState<MemoryUse | null>(null)
  useEffect(() => {
    let current = true
    const ask = (): void => {
      queries.stats().then(
        (now) => current && setMemory(now),
        () => {},
      )
    }
    ask()
    const timer = setInterval(ask, EVERY_MS)
    return () => {
      current = false
      clearInterval(timer)
    }
  }, [queries])
  return memory
}
