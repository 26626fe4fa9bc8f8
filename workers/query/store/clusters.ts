/** Children counted or placed between two chances to pause. */
const SLICE_ROWS = 131_072

/** The children of each account side by side: those of account n are `rows[starts[n]]` to `rows[starts[n + 1] - 1]`. */
export interface Clusters {
  readonly starts: Uint32Array
  readonly rows: Uint32Array
}

/**
 * Gathers the children of each account, in slices. The parents must not change before it is done.
 *
 * @param parents the account of each child; -1 where it has none
 */
export function* gatherChildren(
  parents: Int32Array,
  children: number,
  accounts: number,
): Generator<undefined, Clusters> {
  const starts = new Uint32Array(accounts + 1)
  for (let child = 0; child < children; child++) {
    const parent = parents[child] as number
    if (parent >= 0) starts[parent] = (starts[parent] as number) + 1
    if (child % SLICE_ROWS === SLICE_ROWS - 1) yield
  }
  let sum = 0
  for (let account = 0; account <= accounts; account++) {
    const count = starts[account] as number
    starts[account] = sum
    sum += count
  }
  yield
  const next = starts.slice()
  const rows = new Uint32Array(sum)
  for (let child = 0; child < children; child++) {
    const parent = parents[child] as number
    if (parent >= 0) {
      const at = next[parent] as number
      rows[at] = child
      next[parent] = at + 1
    }
    if (child % SLICE_ROWS === SLICE_ROWS - 1) yield
  }
  return { starts, rows }
}
