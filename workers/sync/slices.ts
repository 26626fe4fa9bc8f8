import type { Clock } from '../../core/clock.ts'

const PAUSE_MS = 20

/** Does a long piece of work slice by slice, with pauses; answers what ends it early. */
export const inSlices = (clock: Clock, work: Iterator<void>, onError: (error: unknown) => void): (() => void) => {
  let cancel: () => void
  const next = (): void => {
    cancel = clock.after(PAUSE_MS, () => {
      try {
        if (!work.next().done) next()
      } catch (error) {
        onError(error)
      }
    })
  }
  next()
  return () => cancel()
}
