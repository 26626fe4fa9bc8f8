/** A lone change is told after this, with whatever else came by then. Milliseconds, as everything here. */
const FIRST_MS = 50
/** In a stream of changes lists are answered again this often at most. */
const STREAM_MS = 250
/** What answering takes is at most one part in so many of the time, so that queries find the worker free… */
const SHARE = 10
/** … but nobody waits longer than this for what came. */
const LONGEST_MS = 10_000

/** Time as pacing needs it. */
export interface NoticeHost {
  now(): number
  after(delayMs: number, work: () => void): void
}

/**
 * When lists are answered again after changes: soon after a lone one or an urgent one, seldom while many come. Answers a
 * function that runs its `work` in time.
 */
export const paceNotices = ({ now, after }: NoticeHost): ((work: () => void, urgent: boolean) => void) => {
  let endedAt = Number.NEGATIVE_INFINITY
  let tookMs = 0
  return (work, urgent) => {
    const rest = Math.min(LONGEST_MS, Math.max(STREAM_MS, tookMs * SHARE))
    const due = urgent ? now() + FIRST_MS : Math.max(now() + FIRST_MS, endedAt + rest)
    after(due - now(), () => {
      const startedAt = now()
      work()
      endedAt = now()
      tookMs = endedAt - startedAt
    })
  }
}
