import { workerData } from 'node:worker_threads'
import type { Value } from '../../core/model/field.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import { toPiece } from './columns.ts'
import type { Page, PageRequest, ReaderCalls } from './reader-calls.ts'
import { bucketsOf, hashesOf } from './replica-hash.ts'
import { copied, type Moved, serveThread } from './thread-server.ts'
import type { ThreadData } from './threads.ts'

const { replicaPath, databaseKey }: ThreadData = workerData
const db = openDatabase({ path: replicaPath, key: databaseKey, durability: 'normal', readonly: true, cacheKiB: 16_384 })
const reads = new ReplicaReads(db)

const page = (request: PageRequest): Moved<Page> => {
  const { columns, rows } = reads.page(request.entity, request.afterRowid, request.limit)
  const ids = new Set(request.withoutIds)
  const accounts = new Set(request.withoutAccounts)
  const idCell = columns.indexOf('id') + 1
  const accountCell = columns.indexOf('account_id') + 1
  const isOut = (row: readonly Value[]): boolean =>
    ids.has(String(row[idCell])) || (accountCell > 0 && accounts.has(String(row[accountCell])))
  const kept = ids.size + accounts.size === 0 ? rows : rows.filter((row) => !isOut(row))
  const piece = toPiece(request.entity, columns, kept, 1)
  const lastRowid = Number(rows.at(-1)?.[0] ?? request.afterRowid)
  return { value: { piece, lastRowid, read: rows.length }, transfer: piece.buffers }
}

serveThread<ReaderCalls>('replica.db', {
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
  all: (entity) => copied(reads.all(entity)),
  buckets: (entity) => copied(bucketsOf(reads, entity)),
  hashes: ({ entity, buckets }) => copied(hashesOf(reads, entity, buckets)),
  close: () => {
    db.close()
    return copied(null)
  },
})
