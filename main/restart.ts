const firstDelayMs = 250
const longestDelayMs = 30_000
/** A process that ran this long was well: the next fault starts from the shortest delay again. */
export const healthyAfterMs = 60_000

/** How long to wait before the n-th start in a row (1 = the first restart), capped, in milliseconds. */
export function restartDelayMs(restarts: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, restarts - 1))
}
