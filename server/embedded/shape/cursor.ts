const EPOCH_MS = Date.UTC(2024, 9, 9)
const MAX_STEP_AHEAD_S = 3600

/**
 * The `electric-cursor` of a live answer, in seconds: the end of the current interval of `stepMs`, so that waiting clients
 * share a cache key; past the client's own cursor by a random step when that has not been passed yet.
 */
export function nextCursor(nowMs: number, stepMs: number, sent: number | null, random: () => number): number {
  const stepS = Math.max(1, Math.round(stepMs / 1000))
  const next = Math.ceil((nowMs - EPOCH_MS) / 1000 / stepS) * stepS
  return sent !== null && sent >= next ? sent + 1 + Math.floor(random() * MAX_STEP_AHEAD_S) : next
}
