import { dayNumber, kindOf } from '../../core/model/convert.ts'
import { type EntityName, listColumnsOf } from '../../core/model/entities.ts'
import type { Row, Value } from '../../core/model/field.ts'
import type { ColumnPiece, ListRow } from '../../core/protocol/query-port.ts'
import type { Shown } from '../../core/sync/merge.ts'

/** A piece of an entity's rows, column by column, as the query worker takes it. */
export interface Piece {
  readonly ids: string[]
  readonly columns: Record<string, ColumnPiece>
  /** Buffers of the columns, for moving instead of copying. */
  readonly buffers: ArrayBuffer[]
}

/** Turns rows (cells in the order of `columns`, which starts at `firstCell`) into columns. */
export const toPiece = (
  entity: EntityName,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  firstCell: number,
): Piece => {
  const piece: Piece = { ids: [], columns: {}, buffers: [] }
  columns.forEach((column, at) => {
    const cell = at + firstCell
    if (column === 'id') for (const row of rows) piece.ids.push(String(row[cell]))
    else piece.columns[column] = columnOf(entity, column, rows, cell, piece.buffers)
  })
  return piece
}

const columnOf = (
  entity: EntityName,
  column: string,
  rows: readonly (readonly Value[])[],
  cell: number,
  buffers: ArrayBuffer[],
): ColumnPiece => {
  const kind = kindOf(entity, column)
  switch (kind) {
    case 'money':
    case 'int':
    case 'instant':
    case 'bool':
    case 'day': {
      const values = new Float64Array(rows.length)
      for (let i = 0; i < rows.length; i++) values[i] = asNumber(rows[i]?.[cell] ?? null)
      buffers.push(values.buffer)
      return { kind: 'numbers', values }
    }
    case 'code':
    case 'ref': {
      const values = new Uint32Array(rows.length)
      const dictionary: string[] = []
      const codes = new Map<string, number>()
      for (let i = 0; i < rows.length; i++) {
        const value = rows[i]?.[cell]
        if (typeof value !== 'string') continue
        let code = codes.get(value)
        if (code === undefined) {
          dictionary.push(value)
          code = dictionary.length
          codes.set(value, code)
        }
        values[i] = code
      }
      buffers.push(values.buffer)
      return { kind: 'codes', dictionary, values }
    }
    default:
      return { kind: 'texts', values: rows.map((row) => asText(row[cell] ?? null)) }
  }
}

const asNumber = (value: Value): number =>
  typeof value === 'number' ? value : value === null ? Number.NaN : dayNumber(value)

const asText = (value: Value): string | null => (value === null ? null : String(value))

/** A whole row as the query worker takes it in a commit. */
export const toListRow = (entity: EntityName, { row, mark }: Shown): ListRow | null =>
  row === null
    ? null
    : {
        id: row.id,
        mark,
        values: Object.fromEntries(
          listColumnsOf(entity).flatMap((column) => (column === 'id' ? [] : [[column, row[column] ?? null]])),
        ),
      }

/** Whole rows as the cells that `toPiece` takes. */
export const toCells = (columns: readonly string[], rows: readonly Row[]): readonly (readonly Value[])[] =>
  rows.map((row) => columns.map((column) => row[column] ?? null))
