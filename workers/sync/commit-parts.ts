import { COMMIT_ROWS, type FeedEntity, type ListRow, type ToQueryWorker } from '../../core/protocol/query-port.ts'

type CommitPart = Extract<ToQueryWorker, { t: 'commit' }>

/** What one commit does to one table's shown rows. */
export interface TableChange {
  readonly entity: FeedEntity
  readonly upserts: readonly ListRow[]
  readonly removes: readonly string[]
}

/** A commit as the messages that tell it, in order; the worker shows it after the last. */
export const commitParts = (changes: readonly TableChange[]): readonly CommitPart[] => {
  const cut = changes.flatMap(({ entity, upserts, removes }) => [
    ...inPieces(removes).map((ids): TableChange => ({ entity, upserts: [], removes: ids })),
    ...inPieces(upserts).map((rows): TableChange => ({ entity, upserts: rows, removes: [] })),
  ])
  const size = (change: TableChange): number => change.upserts.length + change.removes.length
  const messages: TableChange[][] = []
  let room = 0
  for (const change of cut) {
    const last = messages.at(-1)
    if (last && size(change) <= room) last.push(change)
    else {
      messages.push([change])
      room = COMMIT_ROWS
    }
    room -= size(change)
  }
  return messages.map((part, i) =>
    i < messages.length - 1 ? { t: 'commit', changes: part, more: true } : { t: 'commit', changes: part },
  )
}

const inPieces = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / COMMIT_ROWS) }, (_, i) =>
    items.slice(i * COMMIT_ROWS, (i + 1) * COMMIT_ROWS),
  )
