import { isoDay } from '../../../core/model/convert.ts'
import type { Value } from '../../../core/model/field.ts'
import type { Mark } from '../../../core/protocol/outbox.ts'
import type { ListRow, ToQueryWorker } from '../../../core/protocol/query-port.ts'
import type { Table } from './table.ts'

/** Rows to be written, wherever they came from: by position, the id, the mark and each column's value. */
export interface RowBatch {
  readonly ids: readonly string[]
  mark(position: number): Mark | null
  /** Columns that the batch carries; the others of the table keep what they hold. */
  readonly columns: readonly string[]
  /** Reads one of these columns by position. */
  reader(column: string): (position: number) => Value
}

/** The rows of a first load's piece. */
export const pieceBatch = (table: Table, piece: Extract<ToQueryWorker, { t: 'piece' }>): RowBatch => {
  const marks = new Map(piece.marks)
  return {
    ids: piece.ids,
    mark: (position) => marks.get(position) ?? null,
    columns: [...table.columns.keys()].filter((name) => name in piece.columns),
    reader: (name) => {
      const values = piece.columns[name]
      const column = table.columns.get(name)
      const isDay = column?.kind === 'int' && column.isDay
      switch (values?.kind) {
        case 'texts':
          return (position) => values.values[position] ?? null
        case 'codes':
          return (position) => values.dictionary[(values.values[position] ?? 0) - 1] ?? null
        case 'numbers':
          return (position) => {
            const value = values.values[position] ?? Number.NaN
            return Number.isNaN(value) ? null : isDay ? isoDay(value) : value
          }
        default:
          return () => null
      }
    },
  }
}

/** Rows of commits; of those named twice the last one counts. @param derived columns that no commit carries */
export const upsertBatch = (table: Table, upserts: readonly ListRow[], derived: readonly string[]): RowBatch => {
  const rows = [...new Map(upserts.map((row) => [row.id, row])).values()]
  return {
    ids: rows.map((row) => row.id),
    mark: (position) => rows[position]?.mark ?? null,
    columns: [...table.columns.keys()].filter((name) => !derived.includes(name)),
    reader: (name) => (position) => rows[position]?.values[name] ?? null,
  }
}
