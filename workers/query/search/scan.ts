import { fold } from '../../../core/query/sort-key.ts'
import { type Bitmap, bitmapOf, setBit } from '../store/bitmap.ts'
import type { Table } from '../store/table.ts'

/** Rows alive that hold the folded word in one of these columns, found by reading them all. */
export const scanFor = (table: Table, columns: readonly string[], word: string): Bitmap => {
  const bits = bitmapOf(table.size)
  for (let row = 0; row < table.size; row++) {
    if (!table.isAlive(row)) continue
    for (const name of columns) {
      const text = table.columns.get(name)?.get(row)
      if (typeof text !== 'string' || !fold(text).includes(word)) continue
      setBit(bits, row)
      break
    }
  }
  return bits
}
