import { seededRandom } from '../../core/random.ts'

/** Of a gather, one row in so many: as many as the narrower queries find. */
const SPARSE = 25
/** Words of a cache line. */
const LINE = 16
/** Rows between two looks at the clock, so that its ticks are no matter. */
const TIMED_ROWS = 1_000_000
const ROUNDS = 51

/** Nanoseconds per row of loops that have no engine in them. */
export interface BareFigures {
  /** Every code of a column is read in turn, and those that pass are counted. */
  readonly scanNs: number
  /** Rows here and there, others each time, have one line of memory read and the bit of a place set. */
  readonly gatherNs: number
}

/**
 * What the least that a list query does costs over this many rows, with nothing around it. The same loops over a tenth of
 * the rows say how much of a query's growth is the machine's: what fits its caches is read quicker than what does not.
 */
export const bareLoops = (rows: number, seed: number): BareFigures => {
  const random = seededRandom(seed)
  const codes = Uint16Array.from({ length: rows }, () => random() * 3_000)
  const passes = Uint8Array.from({ length: 3_000 }, () => (random() < 1 / SPARSE ? 1 : 0))
  const lines = new Uint32Array(rows * LINE)
  for (let row = 0; row < rows; row++) lines[row * LINE] = random() * rows
  const some = Uint32Array.from({ length: Math.floor(rows / SPARSE) }, (_, i) => (i + random()) * SPARSE)
  const bits = new Uint32Array((rows + 31) >>> 5)
  let found = 0
  const scan = (): void => {
    for (let row = 0; row < codes.length; row++) found += passes[codes[row] as number] as number
  }
  const gather = (nth: number): void => {
    const shift = nth % SPARSE
    for (let i = 0; i < some.length; i++) {
      const row = (some[i] as number) + shift
      const place = lines[(row < rows ? row : shift) * LINE] as number
      bits[place >>> 5] = (bits[place >>> 5] as number) | (1 << (place & 31))
    }
  }
  const scanNs = medianNs(scan, rows)
  const gatherNs = medianNs(gather, some.length)
  // Read, so that no compiler leaves the loops out.
  if (found + (bits[0] as number) < 0) throw new Error('the loops counted nothing')
  return { scanNs, gatherNs }
}

const medianNs = (work: (nth: number) => void, rows: number): number => {
  const passes = Math.ceil(TIMED_ROWS / rows)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now()
    for (let nth = 0; nth < passes; nth++) work(round * passes + nth)
    times.push(((performance.now() - begun) * 1e6) / (passes * rows))
  }
  // The first rounds compile the loops; a median does not see them.
  return times.sort((a, b) => a - b)[ROUNDS >> 1] as number
}
