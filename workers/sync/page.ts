import type { Value } from '../../core/model/field.ts'
import type { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import { toPiece } from './columns.ts'
import type { Page, PageRequest } from './reader-calls.ts'

/** Reads one page of an entity's rows and turns it into columns, without the rows that are shown otherwise. */
export const pageOf = (reads: ReplicaReads, request: PageRequest): Page => {
  const { columns, rows } = reads.page(request.entity, request.afterRowid, request.limit)
  const ids = new Set(request.withoutIds)
  const accounts = new Set(request.withoutAccounts)
  const idCell = columns.indexOf('id') + 1
  const accountCell = columns.indexOf('account_id') + 1
  const isOut = (row: readonly Value[]): boolean =>
    ids.has(String(row[idCell])) || (accountCell > 0 && accounts.has(String(row[accountCell])))
  const kept = ids.size + accounts.size === 0 ? rows : rows.filter((row) => !isOut(row))
  const lastRowid = Number(rows.at(-1)?.[0] ?? request.afterRowid)
  return { piece: toPiece(request.entity, columns, kept, 1), lastRowid, read: rows.length }
}
