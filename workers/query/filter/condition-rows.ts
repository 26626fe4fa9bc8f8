import { OutpostError } from '../../../core/errors.ts'
import type { Value } from '../../../core/model/field.ts'
import type { ResolvedCondition } from '../../../core/query/condition.ts'
import { andInto, andNotInto, type Bitmap, fillBits, setBit } from '../store/bitmap.ts'
import { NULL_INT } from '../store/columns.ts'
import { takeBits } from '../store/scratch.ts'
import type { Shelf } from '../store/shelf.ts'
import type { Column, Table } from '../store/table.ts'
import { valueTest, wholeRange } from './match-value.ts'
import { rowsWithCodes } from './scan.ts'

/** Codes of a dictionary that pass a condition, by code. */
export const passingCodes = (
  column: { readonly texts: readonly string[] },
  condition: ResolvedCondition,
): Uint8Array<ArrayBuffer> => {
  const test = valueTest(condition)
  const passes = new Uint8Array(column.texts.length + 1)
  passes[0] = test(null) ? 1 : 0
  column.texts.forEach((text, i) => {
    passes[i + 1] = test(text) ? 1 : 0
  })
  return passes
}

/** Rows alive that pass a condition on one of the table's own columns. */
export const conditionRows = (shelf: Shelf, condition: ResolvedCondition): Bitmap => {
  const bits = ownRows(shelf, condition)
  andInto(bits, shelf.table.alive)
  return bits
}

const ownRows = (shelf: Shelf, condition: ResolvedCondition): Bitmap => {
  const { table } = shelf
  const { column: name, kind } = condition.field
  if (kind === 'id') return idRows(table, condition)
  const column = table.columns.get(name)
  if (!column) throw new OutpostError('internal', `No column "${name}"`)
  const size = table.size
  if (column.kind === 'code') {
    const passes = passingCodes(column, condition)
    return rowsWithCodes(column.values, passes, size)
  }
  const range = wholeRange(condition)
  if (range && (column.kind === 'number' || column.kind === 'int')) {
    const sorted = shelf.orderBy(name)
    const bits = takeBits(size)
    if (sorted?.markBetween((row) => column.values[row] as number, range[0], range[1], bits)) return bits
  }
  if (column.kind === 'number' && range) return numbersBetween(column.values, size, range[0], range[1])
  if (column.kind === 'int' && range) return intsBetween(column.values, size, range[0], range[1])
  if (condition.op === 'isnull') {
    const nulls = rowsWhere(size, nullTest(column))
    return condition.values[0] === 1 ? nulls : complement(nulls, size)
  }
  const test = valueTest(condition)
  return rowsWhere(size, (row) => test(rawValue(column, row)))
}

/** A value as conditions see it: days as day numbers. */
const rawValue = (column: Column, row: number): Value => {
  if (column.kind !== 'int') return column.get(row)
  const value = column.values[row] as number
  return value === NULL_INT ? null : value
}

const nullTest = (column: Column): ((row: number) => boolean) => {
  switch (column.kind) {
    case 'number':
      return (row) => Number.isNaN(column.values[row] as number)
    case 'int':
      return (row) => column.values[row] === NULL_INT
    case 'link':
      return (row) => (column.values[row] as number) < 0
    case 'text':
      return (row) => column.isNull(row)
    case 'code':
      return (row) => column.values[row] === 0
  }
}

const idRows = (table: Table, condition: ResolvedCondition): Bitmap => {
  const bits = takeBits(table.size)
  const { op, values } = condition
  if (op === 'eq' || op === 'in' || op === 'ne') {
    for (const value of values) {
      const row = typeof value === 'string' ? table.ids.find(value) : -1
      if (row >= 0) setBit(bits, row)
    }
    return op === 'ne' ? complement(bits, table.size) : bits
  }
  const test = valueTest(condition)
  return rowsWhere(table.size, (row) => test(table.ids.text(row)))
}

const complement = (bits: Bitmap, size: number): Bitmap => {
  const all = takeBits(size)
  fillBits(all, size)
  andNotInto(all, bits)
  return all
}

const rowsWhere = (size: number, test: (row: number) => boolean): Bitmap => {
  const bits = takeBits(size)
  for (let row = 0; row < size; row++) if (test(row)) setBit(bits, row)
  return bits
}

const numbersBetween = (values: Float64Array, size: number, low: number, high: number): Bitmap => {
  const bits = takeBits(size)
  for (let i = 0; i < bits.length; i++) {
    const base = i << 5
    const end = Math.min(32, size - base)
    let word = 0
    for (let j = 0; j < end; j++) {
      const value = values[base + j] as number
      word |= (value >= low && value <= high ? 1 : 0) << j
    }
    bits[i] = word
  }
  return bits
}

const intsBetween = (values: Int32Array, size: number, low: number, high: number): Bitmap => {
  const bits = takeBits(size)
  const lowest = Math.max(low, NULL_INT + 1)
  for (let i = 0; i < bits.length; i++) {
    const base = i << 5
    const end = Math.min(32, size - base)
    let word = 0
    for (let j = 0; j < end; j++) {
      const value = values[base + j] as number
      word |= (value >= lowest && value <= high ? 1 : 0) << j
    }
    bits[i] = word
  }
  return bits
}
