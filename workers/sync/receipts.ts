import type { Clock } from '../../core/clock.ts'
import { csvLine } from '../../core/csv/write.ts'
import { ENTITIES } from '../../core/model/entities.ts'
import type { Receipt } from '../../core/protocol/outbox.ts'
import { fieldsOf } from '../../core/sync/open-edit.ts'
import type { StoredEdit } from '../../db/sqlite/outbox-store.ts'
import { every } from './every.ts'
import { type Outbox, RECEIPT_MS } from './outbox.ts'
import { titleOf } from './outbox-list.ts'

const PAGE = 1_000
const DAY_MS = 86_400_000

/** Removes old receipts once a day while the process runs (rule W-24); answers what ends it. */
export const pruneDaily = (clock: Clock, outbox: Outbox): (() => void) =>
  every(clock, DAY_MS, () => {
    try {
      outbox.pruneReceipts()
    } catch {
      // Whoever listens to the outbox's writes was told; they go tomorrow.
    }
  })

/**
 * One page of the receipts of the last 30 days, newest first.
 *
 * @param now epoch ms
 * @param before the `seq` of the last receipt of the page before; null begins
 */
export const listReceipts = (
  outbox: Outbox,
  now: number,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): { receipts: Receipt[]; total: number } => ({
  receipts: outbox.store.accepted(now - RECEIPT_MS, before, limit).flatMap((stored) => receiptOf(outbox, stored) ?? []),
  total: outbox.store.countAccepted(now - RECEIPT_MS),
})

const receiptOf = (outbox: Outbox, stored: StoredEdit): Receipt | null => {
  const { edit, answer, seq, madeAt } = stored
  if (answer?.status !== 'accepted') return null
  return {
    seq,
    id: edit.id,
    entity: edit.entity,
    record_id: edit.record_id,
    op: edit.op,
    title: titleOf(outbox, stored),
    fields: edit.op === 'create' ? Object.keys(edit.values) : [...(fieldsOf(edit) ?? [])],
    madeAt,
    acceptedAt: answer.at,
    txid: answer.txid,
    version: answer.version,
  }
}

const HEADERS = ['edit', 'action', 'kind', 'record', 'name', 'fields', 'made', 'accepted', 'transaction', 'version']

/** A text that a spreadsheet would take for a formula is marked as text, as spreadsheets do themselves. */
const asText = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)

/** Every receipt of the last 30 days as CSV, newest first; times are ISO 8601 in UTC. */
export const exportReceipts = (outbox: Outbox, now: number): { csv: string; count: number } => {
  const lines = [csvLine(HEADERS)]
  let before: number | null = null
  for (;;) {
    const page: readonly Receipt[] = listReceipts(outbox, now, { before, limit: PAGE }).receipts
    for (const one of page) lines.push(csvLine(cellsOf(one)))
    const last = page.at(-1)
    if (!last || page.length < PAGE) return { csv: lines.join(''), count: lines.length - 1 }
    before = last.seq
  }
}

const cellsOf = (one: Receipt): string[] => [
  one.id,
  one.op,
  ENTITIES[one.entity].label,
  one.record_id,
  asText(one.title),
  one.fields.join(' '),
  new Date(one.madeAt).toISOString(),
  new Date(one.acceptedAt).toISOString(),
  String(one.txid),
  String(one.version),
]
