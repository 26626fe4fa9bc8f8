import { useEffect, useState } from 'react'

/** The wall clock, told anew every `everyMs`, for words like "5m ago". */
export const useNow = (everyMs: number): number => {
  const [nowMs, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}
