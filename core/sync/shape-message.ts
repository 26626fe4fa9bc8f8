/** One message of a shape body, as Electric sends it (transcripts 01, 06): a change with its value, or a control. */
export interface ShapeMessage {
  readonly value?: Readonly<Record<string, string | null>>
  readonly headers: {
    readonly operation?: 'insert' | 'update' | 'delete'
    readonly control?: string
    /** Only on changes from the log; snapshot rows have none. */
    readonly lsn?: string
  }
}

const UP_TO_DATE_TAIL = /\{"headers":\{[^{}]*"control":"up-to-date"[^{}]*\}\}\s*\]\s*$/

/** How many trailing bytes of a body are enough for `endsUpToDate`. */
export const TAIL_BYTES = 400

/**
 * Does a body end with Electric's `up-to-date` control? Looks at the tail only, so that a large body need not be
 * parsed twice; a quote inside a value is escaped, so no value can look like it.
 */
export const endsUpToDate = (tail: string): boolean => UP_TO_DATE_TAIL.test(tail)
