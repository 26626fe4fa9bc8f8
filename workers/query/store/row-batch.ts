import type { Mark } from '../../../core/protocol/outbox.ts'
import type { ColumnPiece, ListRow, ToQueryWorker } from '../../../core/protocol/query-port.ts'
import { NULL_INT } from './columns.ts'
import type { Column, Table } from './table.ts'

/** Writes the value of one position of a batch into a slot of a column. */
export type WriteValue = (slot: number, position: number) => void

/** Rows to be written, wherever they came from: by position, the id, the mark and each column's value. */
export interface RowBatch {
  readonly ids: readonly string[]
  mark(position: number): Mark | null
  /** Columns that the batch carries; the others of the table keep what they hold. */
  readonly columns: readonly string[]
  writer(name: string, column: Column): WriteValue
}

/** The rows of a first load's piece. */
export const pieceBatch = (table: Table, piece: Extract<ToQueryWorker, { t: 'piece' }>): RowBatch => {
  const marks = new Map(piece.marks)
  return {
    ids: piece.ids,
    mark: (position) => marks.get(position) ?? null,
    columns: [...table.columns.keys()].filter((name) => name in piece.columns),
    writer: (name, column) => {
      const values = piece.columns[name]
      return values ? pieceWriter(values, column) : () => {}
    },
  }
}

/** Rows of a commit, each once. @param derived columns that no commit carries */
export const upsertBatch = (table: Table, rows: readonly ListRow[], derived: readonly string[]): RowBatch => ({
  ids: rows.map((row) => row.id),
  mark: (position) => rows[position]?.mark ?? null,
  columns: [...table.columns.keys()].filter((name) => !derived.includes(name)),
  writer: (name, column) => (slot, position) => column.set(slot, rows[position]?.values[name] ?? null),
})

/** A piece's column goes over without a detour through row form, wherever both sides hold the same kind of thing. */
const pieceWriter = (piece: ColumnPiece, column: Column): WriteValue => {
  switch (piece.kind) {
    case 'texts':
      return (slot, position) => column.set(slot, piece.values[position] ?? null)
    case 'codes': {
      if (column.kind !== 'code' && column.kind !== 'link')
        return (slot, position) => column.set(slot, piece.dictionary[(piece.values[position] ?? 0) - 1] ?? null)
      const codeOf = (text: string): number => (column.kind === 'code' ? column.codeOf(text) : column.target.add(text))
      const codes = [column.kind === 'code' ? 0 : -1, ...piece.dictionary.map(codeOf)]
      return (slot, position) => {
        column.values[slot] = codes[piece.values[position] ?? 0] as number
      }
    }
    case 'numbers':
      if (column.kind === 'number')
        return (slot, position) => {
          column.values[slot] = piece.values[position] as number
        }
      if (column.kind === 'int')
        return (slot, position) => {
          const value = piece.values[position] as number
          column.values[slot] = Number.isNaN(value) ? NULL_INT : value
        }
      return (slot, position) => {
        const value = piece.values[position] ?? Number.NaN
        column.set(slot, Number.isNaN(value) ? null : value)
      }
  }
}
