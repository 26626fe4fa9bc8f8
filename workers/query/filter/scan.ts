import { type Bitmap, setBit } from '../store/bitmap.ts'
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

/** How many rows of a set hold each code below `size`. */
export const countCodes = (codes: Uint16Array | Uint32Array, size: number, rows: Bitmap): Int32Array<ArrayBuffer> => {
  const counts = new Int32Array(size)
  for (let i = 0; i < rows.length; i++) {
    let word = rows[i] as number
    const base = i << 5
    while (word !== 0) {
      const code = codes[base + 31 - Math.clz32(word & -word)] as number
      counts[code] = (counts[code] as number) + 1
      word &= word - 1
    }
  }
  return counts
}

// Twice the same loop: each copy then meets one kind of array alone, which the compiler turns into plain loads. Four rows
// at a time, since their look-ups then do not wait for one another.
const scan16 = (codes: Uint16Array, table: Uint8Array, rows: number): Bitmap => {
  const bits = takeBits(rows)
  const whole = rows >>> 5
  for (let i = 0; i < whole; i++) {
    const end = (i + 1) << 5
    let word = 0
    for (let at = i << 5; at < end; at += 4) {
      const low = (table[codes[at] as number] as number) | ((table[codes[at + 1] as number] as number) << 1)
      const high = (table[codes[at + 2] as number] as number) | ((table[codes[at + 3] as number] as number) << 1)
      word |= (low | (high << 2)) << at
    }
    bits[i] = word
  }
  for (let row = whole << 5; row < rows; row++) if (table[codes[row] as number] === 1) setBit(bits, row)
  return bits
}

const scan32 = (codes: Uint32Array, table: Uint8Array, rows: number): Bitmap => {
  const bits = takeBits(rows)
  const whole = rows >>> 5
  for (let i = 0; i < whole; i++) {
    const end = (i + 1) << 5
    let word = 0
    for (let at = i << 5; at < end; at += 4) {
      const low = (table[codes[at] as number] as number) | ((table[codes[at + 1] as number] as number) << 1)
      const high = (table[codes[at + 2] as number] as number) | ((table[codes[at + 3] as number] as number) << 1)
      word |= (low | (high << 2)) << at
    }
    bits[i] = word
  }
  for (let row = whole << 5; row < rows; row++) if (table[codes[row] as number] === 1) setBit(bits, row)
  return bits
}
