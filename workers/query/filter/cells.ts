import type { Bitmap } from '../store/bitmap.ts'
import type { CodeColumn } from '../store/columns.ts'
import { CodeBits } from './code-bits.ts'
import { countCodes, rowsWithCodes } from './scan.ts'

/** Cell of every row that is not alive. */
const NO_CELL = 0
/** Codes below this are packed into the key of a cell; four columns stay within a double's 53 bits. */
const PACKED = 8_192

/**
 * The combined code of a table's enum columns: each combination of codes that occurs is a numbered cell, each row holds
 * its cell, and each cell the count of its rows. A filter over enums is then one look-up per row, and a facet a sum over
 * cells instead of over rows.
 */
export class Cells {
  readonly columns: readonly CodeColumn[]
  readonly names: readonly string[]
  /** Rows alive in each cell. */
  counts = new Int32Array(64)
  /** Cell of each row. */
  cells: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> = new Uint16Array(0)
  /** Number of cells, the empty one included. */
  size = 1
  /** Column by column, the rows of each code. */
  readonly bits: readonly CodeBits[]
  /** Codes of each cell, column by column. */
  private readonly codes: number[][]
  private readonly known = new Map<number | string, number>()

  constructor(names: readonly string[], columns: readonly CodeColumn[]) {
    this.names = names
    this.columns = columns
    this.codes = columns.map(() => [0])
    this.bits = columns.map(() => new CodeBits())
  }

  grow(capacity: number): void {
    if (this.cells.length >= capacity) return
    const grown = this.cells instanceof Uint16Array ? new Uint16Array(capacity) : new Uint32Array(capacity)
    grown.set(this.cells)
    this.cells = grown
    for (const bits of this.bits) bits.grow(capacity)
  }

  /** Files a row that is alive under the codes that it has now. */
  file(row: number): void {
    this.fileIn(row, this.cellOf(row))
  }

  /** Files a row that is alive in the cell of its codes. Answers whether it was in another one. */
  fileIn(row: number, cell: number): boolean {
    const before = this.cells[row] as number
    if (before === cell) return false
    if (before !== NO_CELL) this.counts[before] = (this.counts[before] as number) - 1
    this.counts[cell] = (this.counts[cell] as number) + 1
    this.cells[row] = cell
    this.move(row, before, cell)
    return true
  }

  /** Takes out a row that is no longer alive. */
  drop(row: number): void {
    const before = this.cells[row] as number
    if (before === NO_CELL) return
    this.counts[before] = (this.counts[before] as number) - 1
    this.cells[row] = NO_CELL
    this.move(row, before, NO_CELL)
  }

  /** A table over cells: 1 where the cell's code of this column passes. The empty cell never does. */
  tableOf(column: number, passes: Uint8Array): Uint8Array<ArrayBuffer> {
    const codes = this.codes[column] ?? []
    const table = new Uint8Array(this.size)
    for (let cell = 1; cell < this.size; cell++) table[cell] = passes[codes[cell] as number] as number
    return table
  }

  /** The code of each cell in one column. */
  codesOf(column: number): readonly number[] {
    return this.codes[column] ?? []
  }

  /** Rows whose cell passes. */
  rowsIn(table: Uint8Array, rows: number): Bitmap {
    return rowsWithCodes(this.cells, table, rows)
  }

  /** Rows of a set in each cell. */
  histogram(rows: Bitmap): Int32Array<ArrayBuffer> {
    return countCodes(this.cells, this.size, rows)
  }

  bytes(): number {
    const sets = this.bits.reduce((sum, bits) => sum + bits.bytes(), 0)
    return this.cells.byteLength + this.counts.byteLength + 8 * this.size * this.columns.length + sets
  }

  private move(row: number, from: number, to: number): void {
    this.bits.forEach((bits, column) => {
      const codes = this.codes[column] as number[]
      const before = from === NO_CELL ? -1 : (codes[from] as number)
      const after = to === NO_CELL ? -1 : (codes[to] as number)
      if (before === after) return
      if (before >= 0) bits.remove(before, row)
      if (after >= 0) bits.add(after, row)
    })
  }

  /** The cell of the codes that a row has now, alive or not; a new one, empty, if need be. */
  cellOf(row: number): number {
    let key: number | string = 0
    for (const column of this.columns) {
      const code = column.values[row] as number
      key =
        typeof key === 'number' && code < PACKED && this.columns.length <= 4 ? key * PACKED + code : `${key},${code}`
    }
    const known = this.known.get(key)
    if (known !== undefined) return known
    const cell = this.size++
    this.known.set(key, cell)
    this.columns.forEach((column, i) => {
      this.codes[i]?.push(column.values[row] as number)
    })
    if (this.size > this.counts.length) {
      const grown = new Int32Array(this.size * 2)
      grown.set(this.counts)
      this.counts = grown
    }
    if (this.size === 0x10000) this.cells = Uint32Array.from(this.cells)
    return cell
  }
}
