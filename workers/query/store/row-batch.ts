import type { Value } from '../../../core/model/field.ts'
import type { Mark } from '../../../core/protocol/outbox.ts'
import type { ListRow, ToQueryWorker } from '../../../core/protocol/query-port.ts'
import { pieceValue } from './columns.ts'
import type { Table } from './table.ts'

/** Rows to be written, wherever they came from: by position, the id, the mark and each column's value. */
export interface RowBatch {
  readonly ids: readonly string[]
  mark(position: number): Mark | null
  value(column: string, position: number): Value
  /** Columns that the batch carries; the others of the table keep what they hold. */
  readonly columns: readonly string[]
}

/** The rows of a first load's piece. */
export const pieceBatch = (table: Table, piece: Extract<ToQueryWorker, { t: 'piece' }>): RowBatch => {
  const marks = new Map(piece.marks)
  const days = new Set<string>()
  for (const [name, column] of table.columns) if (column.kind === 'int' && column.isDay) days.add(name)
  return {
    ids: piece.ids,
    mark: (position) => marks.get(position) ?? null,
    value: (column, position) => {
      const values = piece.columns[column]
      return values ? pieceValue(values, days.has(column), position) : null
    },
    columns: [...table.columns.keys()].filter((name) => name in piece.columns),
  }
}

/** The upserts of a commit; of rows named twice the last one counts. */
export const upsertBatch = (table: Table, upserts: readonly ListRow[], derived: readonly string[]): RowBatch => {
  const rows = [...new Map(upserts.map((row) => [row.id, row])).values()]
  return {
    ids: rows.map((row) => row.id),
    mark: (position) => rows[position]?.mark ?? null,
    value: (column, position) => rows[position]?.values[column] ?? null,
    columns: [...table.columns.keys()].filter((name) => !derived.includes(name)),
  }
}
