/** What `pg_current_snapshot()` says, and a WAL position read right after it. Transaction ids are 64-bit, exact as numbers. */
export type PgSnapshot = {
  readonly xmin: number
  readonly xmax: number
  readonly xip: readonly number[]
  /** Every transaction that the snapshot sees committed before this position. */
  readonly lsn: number
}

/** A transaction of the replication stream: its 32-bit id and the position of its commit record. */
export type StreamTransaction = { readonly xid: number; readonly lsn: number }

/** Whether a snapshot's rows already contain a transaction's changes. */
export type IsVisible = (snapshot: PgSnapshot, transaction: StreamTransaction) => boolean

/**
 * The 64-bit id of a 32-bit one from the stream: the value nearest to `reference` with these low bits. Postgres keeps
 * all live transactions within 2^31 of each other.
 */
export function fullTransactionId(xid: number, reference: number): number {
  const low = reference % 2 ** 32
  return reference + ((xid - low) | 0)
}

/**
 * The rule that joins a snapshot to the log: a transaction is in the snapshot if its id was assigned before `xmax` and it
 * was not running then (Postgres' `pg_visible_in_snapshot`). The commit position alone can't decide it: a commit record
 * is in the WAL before the transaction becomes visible. It only settles what committed later than the snapshot.
 */
export const isVisible: IsVisible = (snapshot, transaction) => {
  if (transaction.lsn >= snapshot.lsn) return false
  const xid = fullTransactionId(transaction.xid, snapshot.xmax)
  if (xid < snapshot.xmin) return true
  return xid < snapshot.xmax && !snapshot.xip.includes(xid)
}
