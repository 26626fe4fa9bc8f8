/** Where what was seen is told, again and again. */
export const WATCH_CHANNEL = 'bench-startup'

/** Epoch milliseconds. */
export interface Seen {
  /** When the list's first rows were on screen, as they stayed. Of the naive worker: when every row had come. */
  readonly firstRowsAt: number
  readonly readyAt: number
}
