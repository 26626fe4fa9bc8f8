import { type LinkColumn, NULL_INT } from '../store/columns.ts'
import type { IdMap } from '../store/id-map.ts'
import type { Column } from '../store/table.ts'
import { compareBytes, type TextColumn } from '../store/text-column.ts'
import type { DigitKey } from './sort-rows.ts'

/** One key of an order, over the rows of a table: nulls last in both directions. */
export interface RowKey {
  isNull(row: number): boolean
  compare(a: number, b: number): number
  /** The key as radix digits, for sorting these rows from scratch; made ready in slices. */
  digits(rows: Uint32Array): Generator<undefined, readonly DigitKey[]>
}

export type Direction = 'asc' | 'desc'

/** Digits that need no preparation. */
const instant = (digits: readonly DigitKey[]): RowKey['digits'] =>
  function* () {
    yield
    return digits
  }

/** Key of values that are one comparable number each; `read` answers NaN for null. */
const numberKey = (read: (row: number) => number, dir: Direction): RowKey => {
  const sign = dir === 'asc' ? 1 : -1
  const double = new Float64Array(1)
  const halves = new Uint32Array(double.buffer)
  return {
    isNull: (row) => Number.isNaN(read(row)),
    compare: (a, b) => {
      const x = read(a)
      const y = read(b)
      if (x === y) return 0
      if (Number.isNaN(x)) return Number.isNaN(y) ? 0 : 1
      if (Number.isNaN(y)) return -1
      return x < y ? -sign : sign
    },
    digits: instant([
      {
        digit: (row, depth) => {
          const value = sign * read(row)
          if (Number.isNaN(value)) return 0xffffffff
          // IEEE 754 doubles order as integers once the sign bit is flipped, or every bit of a negative one.
          double[0] = value + 0
          const high = halves[1] as number
          const flip = high >>> 31 === 1 ? 0xffffffff : 0
          return depth === 0 ? (flip ? ~high : high | 0x80000000) >>> 0 : ((halves[0] as number) ^ flip) >>> 0
        },
        ended: (_row, depth) => depth === 2,
      },
    ]),
  }
}

/** One digit that parts the rows without a value from those with one. */
const nullsLast = (isNull: (row: number) => boolean): DigitKey => ({
  digit: (row) => (isNull(row) ? 1 : 0),
  ended: (_row, depth) => depth === 1,
})

const SCRATCH_BYTES = 64 * 1024
const SCRATCH_A = new Uint8Array(SCRATCH_BYTES)
const SCRATCH_B = new Uint8Array(SCRATCH_BYTES)

/** Sort keys made between two chances to pause. */
const SLICE_KEYS = 16_384

/** The sort keys of every row one after the other, read four bytes at a time. */
function* keyDigits(rows: Uint32Array, dir: Direction, column: TextColumn): Generator<undefined, DigitKey> {
  let highest = 0
  let length = 0
  for (let i = 0; i < rows.length; i++) {
    if (i % (8 * SLICE_KEYS) === 8 * SLICE_KEYS - 1) yield
    const row = rows[i] as number
    if (row > highest) highest = row
    if (!column.isNull(row)) length += column.lengths[row] as number
  }
  const starts = new Uint32Array(highest + 1)
  // A key is little longer than its text; each ends in up to four zero bytes.
  let bytes = new Uint8Array(Math.ceil(length * 1.1) + rows.length * 4 + 2 * SCRATCH_BYTES)
  let used = 4
  for (let i = 0; i < rows.length; i++) {
    if (i % SLICE_KEYS === SLICE_KEYS - 1) yield
    const row = rows[i] as number
    if (column.isNull(row)) continue
    if (used + SCRATCH_BYTES > bytes.length) {
      const wider = new Uint8Array(bytes.length * 1.5 + SCRATCH_BYTES)
      wider.set(bytes)
      bytes = wider
    }
    starts[row] = used
    const written = column.keyInto(row, bytes.subarray(used, used + SCRATCH_BYTES - 8))
    used = ((used + written + 4) >>> 2) << 2
  }
  const view = new DataView(bytes.buffer)
  const invert = dir === 'desc' ? 0xffffffff : 0
  return {
    digit: (row, depth) => {
      const start = starts[row] as number
      return start === 0 ? 0 : (view.getUint32(start + 4 * depth) ^ invert) >>> 0
    },
    // A key ends in at least one zero byte, which no text holds; past it nothing may be read.
    ended: (row, depth) => {
      const start = starts[row] as number
      return start === 0 || (depth > 0 && (view.getUint32(start + 4 * depth - 4) & 0xff) === 0)
    },
  }
}

/** The texts themselves, four bytes at a time, where their sort keys are equal. */
const rawDigits = (dir: Direction, column: TextColumn): DigitKey => {
  const invert = dir === 'desc' ? 0xffffffff : 0
  return {
    digit: (row, depth) => {
      if (column.isNull(row)) return 0
      const start = column.starts[row] as number
      const end = start + (column.lengths[row] as number)
      let digit = 0
      for (let i = 0; i < 4; i++) {
        const at = start + 4 * depth + i
        digit = (digit << 8) | (at < end ? (column.arena[at] as number) : 0)
      }
      return (digit ^ invert) >>> 0
    },
    ended: (row, depth) => column.isNull(row) || 4 * depth > (column.lengths[row] as number),
  }
}

const textKey = (column: TextColumn, dir: Direction): RowKey => {
  const sign = dir === 'asc' ? 1 : -1
  return {
    isNull: (row) => column.isNull(row),
    compare: (a, b) => {
      const aNull = column.isNull(a)
      const bNull = column.isNull(b)
      if (aNull || bNull) return aNull === bNull ? 0 : aNull ? 1 : -1
      const aLength = column.keyInto(a, SCRATCH_A)
      const bLength = column.keyInto(b, SCRATCH_B)
      const byKey = compareBytes(SCRATCH_A, 0, aLength, SCRATCH_B, 0, bLength)
      return sign * (byKey || column.compareRaw(a, b))
    },
    *digits(rows) {
      return [nullsLast((row) => column.isNull(row)), yield* keyDigits(rows, dir, column), rawDigits(dir, column)]
    },
  }
}

/** Order by id text. */
export const idKey = (ids: IdMap, dir: Direction): RowKey => {
  const sign = dir === 'asc' ? 1 : -1
  const invert = dir === 'asc' ? 0 : 0xffffffff
  return {
    isNull: () => false,
    compare: (a, b) => sign * ids.compare(a, b),
    digits: instant([
      {
        digit: (row, depth) => ((ids.words[row * 4 + depth] as number) ^ invert) >>> 0,
        ended: (_row, depth) => depth === 4,
      },
    ]),
  }
}

/** The key of a column. */
export const columnKey = (column: Column, dir: Direction): RowKey => {
  switch (column.kind) {
    case 'number':
      return numberKey((row) => column.values[row] as number, dir)
    case 'int':
      return numberKey((row) => {
        const value = column.values[row] as number
        return value === NULL_INT ? Number.NaN : value
      }, dir)
    case 'code':
      return numberKey((row) => {
        const code = column.values[row] as number
        return code === 0 ? Number.NaN : (column.rankOfCode()[code] as number)
      }, dir)
    case 'text':
      return textKey(column, dir)
    case 'link': {
      const byId = idKey(column.target, dir)
      return throughLink(column, byId, () => true)
    }
  }
}

/**
 * A child's key taken from its account. A child without an account that is alive has null.
 *
 * @param holds is the account's row to be looked at?
 */
export const throughLink = (link: LinkColumn, key: RowKey, holds: (parent: number) => boolean): RowKey => {
  const parentOf = (row: number): number => {
    const parent = link.values[row] as number
    return parent >= 0 && holds(parent) && !key.isNull(parent) ? parent : -1
  }
  return {
    isNull: (row) => parentOf(row) < 0,
    compare: (a, b) => {
      const x = parentOf(a)
      const y = parentOf(b)
      if (x < 0 || y < 0) return x === y ? 0 : x < 0 ? 1 : -1
      return x === y ? 0 : key.compare(x, y)
    },
    *digits(rows) {
      const seen = new Set<number>()
      for (let i = 0; i < rows.length; i++) {
        const parent = parentOf(rows[i] as number)
        if (parent >= 0) seen.add(parent)
        if (i % SLICE_KEYS === SLICE_KEYS - 1) yield
      }
      const inner = yield* key.digits(Uint32Array.from(seen))
      return [
        nullsLast((row) => parentOf(row) < 0),
        ...inner.map(
          (digits): DigitKey => ({
            digit: (row, depth) => {
              const parent = parentOf(row)
              return parent < 0 ? 0 : digits.digit(parent, depth)
            },
            ended: (row, depth) => {
              const parent = parentOf(row)
              return parent < 0 || digits.ended(parent, depth)
            },
          }),
        ),
      ]
    },
  }
}
