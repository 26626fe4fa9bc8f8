/**
 * A sort key cut into unsigned 32-bit digits, most significant first, for a radix sort. Rows with equal digits so far
 * have come to the end of the key together.
 */
export interface DigitKey {
  digit(row: number, depth: number): number
  /** Is the key of this row used up before `depth`? */
  ended(row: number, depth: number): boolean
}

/** Below this many rows a comparison sort is quicker than another radix pass. */
const SMALL = 24

/**
 * Sorts row numbers in place by a sequence of keys: most-significant-digit radix sort whose passes are the runtime's own
 * sort of (digit, row) pairs packed into 64-bit integers.
 *
 * @param compare the whole order, for short runs; must agree with the digits and never answer 0 for different rows
 */
export const sortRows = (
  rows: Uint32Array,
  keys: readonly DigitKey[],
  compare: (a: number, b: number) => number,
): void => {
  const pairs = new BigUint64Array(rows.length)
  const halves = new Uint32Array(pairs.buffer)

  const sortRun = (start: number, end: number, firstKey: number, firstDepth: number): void => {
    let keyIndex = firstKey
    let depth = firstDepth
    for (;;) {
      if (end - start <= SMALL) {
        insertionSort(rows, start, end, compare)
        return
      }
      let key = keys[keyIndex]
      while (key?.ended(rows[start] as number, depth)) {
        depth = 0
        key = keys[++keyIndex]
      }
      if (!key) {
        rows.subarray(start, end).sort(compare)
        return
      }
      const first = key.digit(rows[start] as number, depth)
      let mixed = false
      for (let i = start; i < end; i++) {
        const row = rows[i] as number
        const digit = key.digit(row, depth)
        halves[2 * i] = row
        halves[2 * i + 1] = digit
        if (digit !== first) mixed = true
      }
      depth++
      if (!mixed) continue
      pairs.subarray(start, end).sort()
      for (let i = start; i < end; i++) rows[i] = halves[2 * i] as number
      break
    }
    let runStart = start
    const ends: number[] = []
    for (let i = start + 1; i < end; i++) {
      if (halves[2 * i + 1] === halves[2 * i - 1]) continue
      if (i - runStart > 1) ends.push(runStart, i)
      runStart = i
    }
    if (end - runStart > 1) ends.push(runStart, end)
    for (let i = 0; i < ends.length; i += 2) sortRun(ends[i] as number, ends[i + 1] as number, keyIndex, depth)
  }

  if (rows.length > 1) sortRun(0, rows.length, 0, 0)
}

const insertionSort = (
  rows: Uint32Array,
  start: number,
  end: number,
  compare: (a: number, b: number) => number,
): void => {
  for (let i = start + 1; i < end; i++) {
    const row = rows[i] as number
    let j = i - 1
    while (j >= start && compare(rows[j] as number, row) > 0) {
      rows[j + 1] = rows[j] as number
      j--
    }
    rows[j + 1] = row
  }
}
