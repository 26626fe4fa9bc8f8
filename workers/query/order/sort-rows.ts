/**
 * A sort key cut into unsigned 32-bit digits, most significant first, for a radix sort. Rows with equal digits so far
 * have come to the end of the key together.
 */
export interface DigitKey {
  digit(row: number, depth: number): number
  /** Is the key of this row used up before `depth`? */
  ended(row: number, depth: number): boolean
}

type Compare = (a: number, b: number) => number

/** Below this many rows a comparison sort is quicker than another radix pass. */
const SMALL = 24
/** Runs longer than this are spread over buckets first, so that no single native sort takes longer than a few ms. */
const LARGE = 16_384
const BUCKETS = 1_024
/** Rows read or sorted between two chances to pause. */
const SLICE = 16_384

/**
 * Sorts row numbers in place by a sequence of keys, in slices of a few milliseconds: a most-significant-digit radix sort
 * whose passes are the runtime's own sort of (digit, row) pairs packed into 64-bit integers.
 *
 * @param compare the whole order, for short runs; must agree with the digits and never answer 0 for different rows
 */
export function* sortRows(rows: Uint32Array, keys: readonly DigitKey[], compare: Compare): Generator<undefined, void> {
  const pairs = new BigUint64Array(rows.length)
  const halves = new Uint32Array(pairs.buffer)
  let sinceYield = 0
  const runs: number[] = rows.length > 1 ? [0, rows.length, 0, 0] : []
  while (runs.length > 0) {
    const [start = 0, end = 0, firstKey = 0, firstDepth = 0] = runs.splice(-4)
    sinceYield += end - start
    if (sinceYield > SLICE) {
      sinceYield = 0
      yield
    }
    let keyIndex = firstKey
    let depth = firstDepth
    let key = keys[keyIndex]
    while (key?.ended(rows[start] as number, depth)) {
      depth = 0
      key = keys[++keyIndex]
    }
    if (!key) {
      rows.subarray(start, end).sort(compare)
      continue
    }
    let low = 0xffffffff
    let high = 0
    for (let i = start; i < end; i++) {
      const row = rows[i] as number
      const digit = key.digit(row, depth)
      halves[2 * i] = row
      halves[2 * i + 1] = digit
      if (digit < low) low = digit
      if (digit > high) high = digit
      if (i % SLICE === SLICE - 1) yield
    }
    if (low < high) {
      if (end - start > LARGE) yield* spread(pairs, halves, start, end, low, high)
      else pairs.subarray(start, end).sort()
    }
    let runStart = start
    for (let i = start; i < end; i++) {
      rows[i] = halves[2 * i] as number
      if (i % SLICE === SLICE - 1) yield
      if (i + 1 < end && halves[2 * i + 3] === halves[2 * i + 1]) continue
      if (i + 1 - runStart > SMALL) runs.push(runStart, i + 1, keyIndex, depth + 1)
      else if (i > runStart) insertionSort(rows, runStart, i + 1, compare)
      runStart = i + 1
    }
  }
}

/** Sorts a long run: first into buckets over the range of its digits, then each bucket. */
function* spread(
  pairs: BigUint64Array,
  halves: Uint32Array,
  start: number,
  end: number,
  low: number,
  high: number,
): Generator<undefined, void> {
  const scale = BUCKETS / (high - low + 1)
  const nexts = new Uint32Array(BUCKETS + 1)
  for (let i = start; i < end; i++) {
    const bucket = Math.floor(((halves[2 * i + 1] as number) - low) * scale) + 1
    nexts[bucket] = (nexts[bucket] as number) + 1
    if (i % (4 * SLICE) === 0) yield
  }
  for (let b = 1; b <= BUCKETS; b++) nexts[b] = (nexts[b] as number) + (nexts[b - 1] as number)
  const ends = nexts.slice(1)
  const source = halves.slice(2 * start, 2 * end)
  yield
  for (let i = 0; i < source.length; i += 2) {
    const bucket = Math.floor(((source[i + 1] as number) - low) * scale)
    const at = start + (nexts[bucket] as number)
    nexts[bucket] = at - start + 1
    halves[2 * at] = source[i] as number
    halves[2 * at + 1] = source[i + 1] as number
    if (i % (2 * SLICE) === 0) yield
  }
  let bucketStart = 0
  let sinceYield = 0
  for (const bucketEnd of ends) {
    if (bucketEnd - bucketStart > 1) pairs.subarray(start + bucketStart, start + bucketEnd).sort()
    sinceYield += bucketEnd - bucketStart
    if (sinceYield > SLICE) {
      sinceYield = 0
      yield
    }
    bucketStart = bucketEnd
  }
}

const insertionSort = (rows: Uint32Array, start: number, end: number, compare: Compare): void => {
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

/** Sorts a few thousand rows by comparison, in slices: short runs first, then merges. */
export function* mergeSort(
  rows: Uint32Array<ArrayBuffer>,
  compare: Compare,
): Generator<undefined, Uint32Array<ArrayBuffer>> {
  const RUN = 512
  for (let start = 0; start < rows.length; start += RUN) {
    rows.subarray(start, start + RUN).sort(compare)
    if (start + RUN < rows.length) yield
  }
  let from = rows
  let to = new Uint32Array(rows.length)
  for (let width = RUN; width < rows.length; width *= 2) {
    for (let start = 0; start < rows.length; start += 2 * width) {
      const middle = Math.min(start + width, rows.length)
      const end = Math.min(start + 2 * width, rows.length)
      let a = start
      let b = middle
      for (let i = start; i < end; i++) {
        const takeLeft = b >= end || (a < middle && compare(from[a] as number, from[b] as number) < 0)
        to[i] = from[takeLeft ? a++ : b++] as number
        if (i % RUN === RUN - 1) yield
      }
    }
    ;[from, to] = [to, from]
  }
  return from
}
