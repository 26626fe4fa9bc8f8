import type { Bitmap } from '../store/bitmap.ts'
import { takeBits } from '../store/scratch.ts'

/** Rows below `rows` whose code passes: `table` holds 1 for each code that does. */
export const rowsWithCodes = (codes: Uint16Array | Uint32Array, table: Uint8Array, rows: number): Bitmap =>
  codes instanceof Uint16Array ? scan16(codes, table, rows) : scan32(codes, table, rows)

/** Takes the rows out of a set whose code does not pass. */
export const keepWithCodes = (codes: Uint16Array | Uint32Array, table: Uint8Array, rows: Bitmap): void => {
  for (let i = 0; i < rows.length; i++) {
    let word = rows[i] as number
    let kept = 0
    while (word !== 0) {
      const bit = word & -word
      if (table[codes[(i << 5) + 31 - Math.clz32(bit)] as number] === 1) kept |= bit
      word ^= bit
    }
    rows[i] = kept
  }
}

// Twice the same loop: each copy then meets one kind of array alone, which the compiler turns into plain loads.
const scan16 = (codes: Uint16Array, table: Uint8Array, rows: number): Bitmap => {
  const bits = takeBits(rows)
  for (let i = 0; i < bits.length; i++) {
    const base = i << 5
    const end = Math.min(32, rows - base)
    let word = 0
    for (let j = 0; j < end; j++) word |= (table[codes[base + j] as number] as number) << j
    bits[i] = word
  }
  return bits
}

const scan32 = (codes: Uint32Array, table: Uint8Array, rows: number): Bitmap => {
  const bits = takeBits(rows)
  for (let i = 0; i < bits.length; i++) {
    const base = i << 5
    const end = Math.min(32, rows - base)
    let word = 0
    for (let j = 0; j < end; j++) word |= (table[codes[base + j] as number] as number) << j
    bits[i] = word
  }
  return bits
}
