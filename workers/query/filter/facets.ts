import { isoDay } from '../../../core/model/convert.ts'
import { requireField } from '../../../core/query/condition.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import { andNotInto, type Bitmap, countBits, forEachBit } from '../store/bitmap.ts'
import { NULL_INT } from '../store/columns.ts'
import { copyBits } from '../store/scratch.ts'
import type { Shelf } from '../store/shelf.ts'
import type { Column } from '../store/table.ts'

export type Facet = Readonly<Record<string, number>>

/** Rows of a set in each cell; null = every row alive, whose counts are kept. */
export const cellCounts = (shelf: Shelf, rows: Bitmap | null): Int32Array => {
  const { cells, table } = shelf
  if (!rows) return cells.counts
  if (countBits(rows) * 2 <= table.count) return cells.histogram(rows)
  const others = copyBits(table.alive)
  andNotInto(others, rows)
  const missing = cells.histogram(others)
  return missing.map((count, cell) => (cells.counts[cell] as number) - count)
}

/** A facet of a column of the cells: adds up the cells that pass. */
export const cellFacet = (shelf: Shelf, column: number, passes: Uint8Array, counts: Int32Array): Facet => {
  const { cells } = shelf
  const texts = cells.columns[column]?.texts ?? []
  const codes = cells.codesOf(column)
  const byCode = new Float64Array(texts.length + 1)
  for (let cell = 1; cell < cells.size; cell++) {
    if (passes[cell] === 0) continue
    const code = codes[cell] as number
    byCode[code] = (byCode[code] as number) + (counts[cell] as number)
  }
  const facet: Record<string, number> = {}
  byCode.forEach((count, code) => {
    if (count === 0) return
    const text = code === 0 ? '' : (texts[code - 1] ?? '')
    facet[text] = (facet[text] ?? 0) + count
  })
  return facet
}

/** A facet of any other field: counts the rows one by one. */
export const rowFacet = (shelf: Shelf, name: string, rows: Bitmap): Facet => {
  const field = requireField(shelf.entity as ListEntity, name)
  const parents = field.source === 'account' ? shelf.table.link().values : null
  const holder = parents ? shelf.accounts : shelf.table
  const column = holder.columns.get(field.column)
  const read = rawReader(column, (row) => holder.ids.text(row))
  const counts = new Map<number | string | null, number>()
  forEachBit(rows, (row) => {
    const at = parents ? (parents[row] as number) : row
    const value = parents && (at < 0 || !holder.isAlive(at)) ? null : read(at)
    counts.set(value, (counts.get(value) ?? 0) + 1)
  })
  const facet: Record<string, number> = {}
  for (const [value, count] of counts) {
    const text = facetText(column, value)
    facet[text] = (facet[text] ?? 0) + count
  }
  return facet
}

const rawReader = (
  column: Column | undefined,
  idOf: (row: number) => string,
): ((row: number) => number | string | null) => {
  if (!column) return idOf
  if (column.kind === 'text') return (row) => column.get(row)
  return (row) => column.values[row] as number
}

const facetText = (column: Column | undefined, value: number | string | null): string => {
  if (value === null || typeof value === 'string') return value ?? ''
  switch (column?.kind) {
    case 'code':
      return column.text(value) ?? ''
    case 'link':
      return value < 0 ? '' : column.target.text(value)
    case 'int':
      return value === NULL_INT ? '' : column.isDay ? isoDay(value) : String(value)
    default:
      return Number.isNaN(value) ? '' : String(value)
  }
}
