import type { Clock } from '../../core/clock.ts'

/** Does `work` every `ms`, each time after the last has returned; answers what ends it. */
export const every = (clock: Clock, ms: number, work: () => void): (() => void) => {
  let cancel: () => void
  const next = (): void => {
    cancel = clock.after(ms, () => {
      next()
      work()
    })
  }
  next()
  return () => cancel()
}
