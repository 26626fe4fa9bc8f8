import { type ColumnHead, columnHead } from '../../core/protocol/column-head.ts'
import type { ColumnsFile } from '../../db/sqlite/columns-file.ts'
import type { Db } from '../../db/sqlite/connection.ts'
import { changesSince } from '../../db/sqlite/replica-changes.ts'
import type { ReaderCalls } from './reader-calls.ts'
import { copied, type Handlers } from './thread-server.ts'

/** With more changed records than this a load from the rows is as fast. */
const MOST_CHANGES = 100_000

type ColumnCalls = Pick<ReaderCalls, Extract<keyof ReaderCalls, `columns${string}`>>

/**
 * What the reader thread answers about columns.db. Whatever is wrong with the file, a full disk too, is no concern of
 * the replica's: the file is deleted, and the answer says that nothing is stored.
 */
export const columnHandlers = (db: Db, file: ColumnsFile): Handlers<ColumnCalls> => {
  const kept = <T>(work: () => T): T | null => {
    try {
      return work()
    } catch {
      try {
        file.drop()
      } catch {
        // A file that cannot be deleted is found again, and not used, at the next start.
      }
      return null
    }
  }
  const done = (work: () => void): boolean =>
    kept(() => {
      work()
      return true
    }) ?? false
  const headOf = (): ColumnHead | null =>
    kept(() => {
      const body = file.head()
      return body === null ? null : columnHead.parse(JSON.parse(body))
    })
  const drop = (): boolean => done(() => file.drop())
  return {
    columns: ({ layout }) => {
      const head = headOf()
      const changed = head?.layout === layout ? changesSince(db, head, MOST_CHANGES) : null
      if (head && changed) return copied({ head, changed })
      if (head) drop()
      return copied(null)
    },
    columnsPiece: (n) => {
      const bytes = kept(() => file.piece(n))
      return { value: bytes, transfer: bytes ? [bytes.buffer] : [] }
    },
    columnsBegin: () => copied(done(() => file.begin())),
    columnsAppend: (bytes) => copied(done(() => file.append(bytes))),
    columnsFinish: (head) => copied(done(() => file.finish(JSON.stringify(head)))),
    columnsDrop: () => copied(drop()),
    columnsCheck: ({ epoch, seq }) => {
      const head = headOf()
      return copied(!head || (head.epoch === epoch && head.seq <= seq) || drop())
    },
  }
}
