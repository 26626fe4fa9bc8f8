import { fold } from '../../../core/query/sort-key.ts'
import type { TextColumn } from '../store/text-column.ts'

const encoder = new TextEncoder()
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))
/** Spaces of ASCII that JavaScript's \s knows. */
for (const space of [9, 10, 11, 12, 13]) LOWER[space] = 32

const SCRATCH_BYTES = 64 * 1024

/** Reads a column's texts as folded UTF-8, one at a time. */
export class FoldedText {
  /** The text last read. */
  readonly bytes = new Uint8Array(SCRATCH_BYTES)
  private readonly column: TextColumn

  constructor(column: TextColumn) {
    this.column = column
  }

  /** Folds the text of a row into `bytes`; answers its length, 0 for null. */
  read(row: number): number {
    const { column, bytes } = this
    if (column.isNull(row)) return 0
    const { arena } = column
    const start = column.starts[row] as number
    const length = column.lengths[row] as number
    for (let i = 0; i < length; i++) {
      const byte = arena[start + i] as number
      if (byte > 127) return encoder.encodeInto(fold(column.get(row) ?? ''), bytes).written
      bytes[i] = LOWER[byte] as number
    }
    return length
  }
}
