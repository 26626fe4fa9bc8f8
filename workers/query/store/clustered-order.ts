import type { Order } from '../order/order.ts'
import type { ChildLists } from './child-lists.ts'
import type { Clusters } from './clusters.ts'
import type { Shelf } from './shelf.ts'

/** Children copied between two chances to pause. */
const SLICE_ROWS = 32_768

/** The place in an order and the cell of each child, side by side for the children of one account. */
export interface ClusteredOrder {
  readonly clusters: Clusters
  readonly order: Order
  readonly generation: number
  /** Places in the order's permutation when this was made; a place that is not live any more counts for nothing. */
  readonly ranks: Int32Array
  readonly cells: Uint16Array | Uint32Array
}

/**
 * Keeps the clustered form of one order of a table of children. Rows that change make their account loose in the child
 * lists, and loose accounts are not read from here; a fold of the order makes it useless until idle time makes it anew.
 */
export class ClusteredOrders {
  private readonly shelf: Shelf
  private readonly lists: ChildLists
  private made: ClusteredOrder | null = null
  private making: Generator<undefined, ClusteredOrder> | null = null

  constructor(shelf: Shelf, lists: ChildLists) {
    this.shelf = shelf
    this.lists = lists
  }

  /** The clustered form of an order, if it is there and still true. */
  of(order: Order): ClusteredOrder | null {
    const { made } = this
    const valid = made && made.order === order && made.generation === order.generation
    return valid && made.clusters === this.lists.gathered ? made : null
  }

  /** Does a slice of work on the clustered form of an order; false when nothing is left to do. */
  upkeep(order: Order | undefined): boolean {
    const clusters = this.lists.gathered
    if (!order || !clusters || this.of(order)) return false
    this.making ??= cluster(this.shelf, order, clusters)
    const step = this.making.next()
    if (!step.done) return true
    this.making = null
    if (step.value.generation === order.generation) this.made = step.value
    return true
  }

  /** The table changed: what is half made may be neither the old nor the new. */
  interrupt(): void {
    this.making = null
  }

  bytes(): number {
    return this.made ? this.made.ranks.byteLength + this.made.cells.byteLength : 0
  }
}

function* cluster(shelf: Shelf, order: Order, clusters: Clusters): Generator<undefined, ClusteredOrder> {
  const { rows } = clusters
  const { generation } = order
  const source = shelf.cells.cells
  const ranks = new Int32Array(rows.length)
  const cells = source instanceof Uint16Array ? new Uint16Array(rows.length) : new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number
    ranks[at] = order.rankOf(row)
    cells[at] = source[row] as number
    if (at % SLICE_ROWS === SLICE_ROWS - 1) yield
  }
  return { clusters, order, generation, ranks, cells }
}
