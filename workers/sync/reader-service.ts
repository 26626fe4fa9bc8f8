import type { ColumnsFile } from '../../db/sqlite/columns-file.ts'
import type { Db } from '../../db/sqlite/connection.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import { columnHandlers } from './column-service.ts'
import { firstScan } from './first-scan.ts'
import { backUp } from './outbox-backup.ts'
import { pageOf } from './page.ts'
import type { Page, PageRequest, ReaderCalls } from './reader-calls.ts'
import { bucketsOf, hashesOf } from './replica-hash.ts'
import { copied, type Handlers, type Moved } from './thread-server.ts'

/** What the reader thread answers, over its read-only connection and columns.db, which `close` closes. */
export const readerHandlers = (db: Db, columns: ColumnsFile): Handlers<ReaderCalls> => {
  const reads = new ReplicaReads(db)
  const page = (request: PageRequest): Moved<Page> => {
    const value = pageOf(reads, request)
    return { value, transfer: value.piece.buffers }
  }
  let scan: ReturnType<typeof firstScan> | null = null
  return {
    page,
    rows: ({ entity, ids }) =>
      copied(
        ids.map((id) => {
          const placed = reads.placed(entity, id)
          return { id, rowid: placed?.rowid ?? null, row: placed?.row ?? null }
        }),
      ),
    detail: ({ account }) =>
      copied({
        contacts: reads.childrenOf('contacts', account),
        tasks: reads.childrenOf('tasks', account),
        meetings: reads.childrenOf('meetings', account),
        notes: reads.childrenOf('notes', account),
      }),
    childIds: ({ account, entities }) => copied(reads.childIds(account, entities)),
    backUp: ({ dir, key, now }) => copied(backUp(dir, key, now)),
    firstRows: (request) => {
      if (request) scan = firstScan(db, request)
      const step = scan?.next()
      if (step?.done) scan = null
      return copied(step?.done ? step.value : null)
    },
    all: (entity) => copied(reads.all(entity)),
    buckets: (entity) => copied(bucketsOf(reads, entity)),
    hashes: ({ entity, buckets }) => copied(hashesOf(reads, entity, buckets)),
    ...columnHandlers(db, columns),
    close: () => {
      columns.close()
      db.close()
      return copied(null)
    },
  }
}
