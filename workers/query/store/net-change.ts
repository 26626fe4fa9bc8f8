import type { FeedEntity, ListRow, ToQueryWorker } from '../../../core/protocol/query-port.ts'

/** Rows looked at between two chances to pause. */
const SLICE_ROWS = 2_048

/** What a commit says, in the order in which it was said. */
export type Changes = Extract<ToQueryWorker, { t: 'commit' }>['changes']

/** A commit's change of one table, each row once. */
export interface NetChange {
  readonly upserts: readonly ListRow[]
  /** Ids. */
  readonly removes: readonly string[]
}

/** Adds up, in slices, what a commit says about one table: of what is said about a row the last word counts. */
export function* netChange(entity: FeedEntity, changes: Changes): Generator<undefined, NetChange> {
  const said = new Map<string, ListRow | null>()
  let rows = 0
  for (const change of changes) {
    if (change.entity !== entity) continue
    for (const id of change.removes) {
      said.set(id, null)
      if (++rows % SLICE_ROWS === 0) yield
    }
    for (const row of change.upserts) {
      said.set(row.id, row)
      if (++rows % SLICE_ROWS === 0) yield
    }
  }
  const upserts: ListRow[] = []
  const removes: string[] = []
  for (const [id, row] of said) {
    if (row) upserts.push(row)
    else removes.push(id)
  }
  return { upserts, removes }
}
