import type { Bitmap } from '../store/bitmap.ts'
import { RankedBits } from '../store/ranked-bits.ts'

/** The first index whose value is not below `wanted`, in rising values. */
const lowerBound = (values: Uint32Array, wanted: number): number => {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The rows of one query in one order: bits over the positions of the order's permutation, and between them the rows that
 * still wait in its buffer. Answers any window without walking to it. Holds as long as no commit and no fold comes.
 */
export class View {
  private readonly main: Uint32Array
  private readonly ranks: Int32Array
  private readonly positions: RankedBits
  private readonly extraRows: Uint32Array
  private readonly extraPlaces: Uint32Array
  /** Where each extra row stands in the list. */
  private readonly extraIndexes: Uint32Array

  constructor(
    main: Uint32Array,
    positions: Bitmap,
    extraRows: Uint32Array,
    extraPlaces: Uint32Array,
    ranks: Int32Array,
  ) {
    this.main = main
    this.ranks = ranks
    this.positions = new RankedBits(positions)
    this.extraRows = extraRows
    this.extraPlaces = extraPlaces
    this.extraIndexes = extraPlaces.map((place, i) => this.positions.rank(place) + i)
  }

  /** The set that it was made of, to be given back when it is not used any more. */
  get bits(): Bitmap {
    return this.positions.bits
  }

  get total(): number {
    return this.positions.count + this.extraRows.length
  }

  /** Row numbers `start` … `start + count - 1` of the list, fewer at its end. */
  window(start: number, count: number): number[] {
    const rows: number[] = []
    const end = Math.min(this.total, start + count)
    let extra = lowerBound(this.extraIndexes, start)
    let position = this.positions.select(start - extra)
    for (let index = start; index < end; index++) {
      if (this.extraIndexes[extra] === index) rows.push(this.extraRows[extra++] as number)
      else {
        rows.push(this.main[position] as number)
        position = this.positions.next(position)
      }
    }
    return rows
  }

  /** Where a row stands; -1 where the list does not hold it. */
  indexOf(row: number): number {
    const rank = this.ranks[row] ?? -1
    if (rank >= 0) {
      const bit = ((this.positions.bits[rank >>> 5] ?? 0) >>> (rank & 31)) & 1
      return bit === 1 ? this.positions.rank(rank) + lowerBound(this.extraPlaces, rank + 1) : -1
    }
    const extra = this.extraRows.indexOf(row)
    return extra < 0 ? -1 : (this.extraIndexes[extra] as number)
  }
}
