import { useEffect, useRef, useState } from 'react'

/** Without a newer value for so long, the value is followed; milliseconds. */
const CALM_MS = 200
/** It is followed after so long in any case: long enough for a frame that shows it elsewhere to come first. */
const [SOONEST_MS, LATEST_MS] = [40, 600]

/** The value once it has not changed for a moment, or has kept changing for more than one. */
export const useCalmValue = <T>(value: T): T => {
  const [calm, setCalm] = useState(value)
  const behindSince = useRef<number | null>(null)
  useEffect(() => {
    if (calm === value) {
      behindSince.current = null
      return
    }
    const now = performance.now()
    behindSince.current ??= now
    const waitMs = Math.max(SOONEST_MS, Math.min(CALM_MS, behindSince.current + LATEST_MS - now))
    const timer = setTimeout(() => setCalm(() => value), waitMs)
    return () => clearTimeout(timer)
  }, [value, calm])
  return calm
}
