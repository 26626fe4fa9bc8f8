/** Time as the product sees it: passed in, so that tests and simulations own it. */
export interface Clock {
  /** Wall time, epoch milliseconds. May jump. */
  now(): number
  /** Calls `work` once after `delayMs`; answers a function that cancels it. */
  after(delayMs: number, work: () => void): () => void
}
