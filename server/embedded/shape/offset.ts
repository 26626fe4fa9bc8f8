/**
 * A place in a shape: `0_0`, `0_1` … after each snapshot chunk, `0_inf` after the snapshot, then `<lsn>_<op>` after each
 * log message. `lsn` is the commit's byte position in the WAL, `op` the operation's position in its transaction.
 */
export type Offset = { readonly lsn: number; readonly op: number }

export const BEFORE_LOG: Offset = { lsn: 0, op: Number.POSITIVE_INFINITY }

export const formatOffset = (offset: Offset): string =>
  `${offset.lsn}_${offset.op === Number.POSITIVE_INFINITY ? 'inf' : offset.op}`

/** Reads `<lsn>_<op>` or `<lsn>_inf`; `null` for anything else. */
export function parseOffset(text: string): Offset | null {
  const match = /^(\d{1,15})_(\d{1,15}|inf)$/.exec(text)
  if (!match) return null
  return { lsn: Number(match[1]), op: match[2] === 'inf' ? Number.POSITIVE_INFINITY : Number(match[2]) }
}

/** Negative when `a` comes first. */
export const compareOffsets = (a: Offset, b: Offset): number =>
  a.lsn !== b.lsn ? a.lsn - b.lsn : a.op === b.op ? 0 : a.op - b.op

export const isSnapshotOffset = (offset: Offset): boolean => offset.lsn === 0 && offset.op !== Number.POSITIVE_INFINITY

/** Postgres' `16/B374D848` as a number of bytes; a WAL position stays exact up to 2^53 (9 PB). */
export function parseLsn(text: string): number {
  const [high = '0', low = '0'] = text.split('/')
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16)
}

/** The inverse of `parseLsn`. */
export const formatLsn = (lsn: number): string =>
  `${Math.floor(lsn / 2 ** 32).toString(16)}/${(lsn % 2 ** 32).toString(16)}`.toUpperCase()
