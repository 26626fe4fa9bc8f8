/** Where what was seen is told, again and again. */
export const WATCH_CHANNEL = 'bench-startup'

/** Epoch milliseconds. */
export interface Seen {
  /** Of the naive worker: when every row had come. */
  readonly firstRowsAt: number
  readonly readyAt: number
}
