import { dayNumber } from '../../core/model/convert.ts'
import { fieldOf, listColumnsOf } from '../../core/model/entities.ts'
import type { Row, Value } from '../../core/model/field.ts'
import type { ColumnPiece, FeedEntity, ListRow } from '../../core/protocol/query-port.ts'
import type { Piece } from '../../workers/query/engine.ts'

const REPEATED = ['code', 'ref']

/** Rows in row form as a piece of the first load, as the sync process sends them. */
export const pieceOf = (entity: FeedEntity, rows: readonly Row[]): Piece => {
  const columns: Record<string, ColumnPiece> = {}
  for (const name of listColumnsOf(entity)) {
    if (name === 'id') continue
    const kind = fieldOf(entity, name)?.kind ?? 'text'
    const values = rows.map((row): Value => row[name] ?? null)
    if (REPEATED.includes(kind)) {
      const dictionary = [...new Set(values.filter((value) => value !== null).map(String))]
      const codeOf = new Map(dictionary.map((text, i) => [text, i + 1]))
      const codes = values.map((value) => (value === null ? 0 : (codeOf.get(String(value)) ?? 0)))
      columns[name] = { kind: 'codes', dictionary, values: Uint32Array.from(codes) }
    } else if (kind === 'text' || kind === 'longText') {
      columns[name] = { kind: 'texts', values: values.map((value) => (value === null ? null : String(value))) }
    } else {
      const numbers = values.map((value) =>
        value === null ? Number.NaN : typeof value === 'string' ? dayNumber(value) : value,
      )
      columns[name] = { kind: 'numbers', values: Float64Array.from(numbers) }
    }
  }
  return { t: 'piece', entity, ids: rows.map((row) => row.id), columns, marks: [] }
}

/** A row as a commit carries it. */
export const listRow = (entity: FeedEntity, row: Row): ListRow => ({
  id: row.id,
  mark: null,
  values: Object.fromEntries(listColumnsOf(entity).map((name) => [name, row[name] ?? null])),
})
