import type { Order } from '../order/order.ts'
import type { ChildLists } from './child-lists.ts'
import type { Shelf } from './shelf.ts'

/** Children read between two chances to pause; each is a leap through memory or two. */
const SLICE_ROWS = 16_384
/** Changed children read again between two chances to pause. */
const SLICE_CHANGED = 1_024
/** A query itself reads no more changes than this. */
const MAX_AT_ONCE = 16_384
/** With more changes than this to follow, everything is read anew. */
const MAX_STALE = 131_072

type CellNumbers = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

/** The cell of the row at each place of an order, and the cell of that row's account. */
export interface OrderCells {
  readonly order: Order
  readonly generation: number
  readonly own: CellNumbers
  /** 0 where there is no account that is alive. */
  readonly account: CellNumbers
}

/**
 * Keeps the cells of one order of a table of children by place, and those of their accounts: a filter by enums of the
 * account is then one walk through memory in a row, and what it finds stands in the order already. Rows that changed are
 * read again right after the commit, or by the next query; a fold of the order makes it useless until idle time makes it
 * anew.
 */
export class OrderCellsKeeper {
  private readonly shelf: Shelf
  private readonly accounts: Shelf
  private readonly lists: ChildLists
  private made: OrderCells | null = null
  private making: Generator<undefined, OrderCells> | null = null
  private staleRows: number[] = []
  private staleAccounts: number[] = []

  constructor(shelf: Shelf, accounts: Shelf, lists: ChildLists) {
    this.shelf = shelf
    this.accounts = accounts
    this.lists = lists
  }

  /** The cells of an order as they are now; null where they are not at hand. */
  of(order: Order): OrderCells | null {
    if (!this.isMade(order) || this.stale > MAX_AT_ONCE) return null
    for (const _ of this.catchUp());
    return this.made
  }

  /** Children changed: their cells, or the account that they hang on. */
  changed(rows: readonly number[]): void {
    this.note(rows, this.staleRows)
  }

  /** The cells of these accounts changed. */
  accountsChanged(rows: readonly number[]): void {
    this.note(rows, this.staleAccounts)
  }

  /** Reads again what changed, in slices. */
  *catchUp(): Generator<undefined, void> {
    let left = SLICE_CHANGED
    const readAgain = (child: number): void => {
      left--
      if (this.made) this.read(this.made, child)
    }
    while (this.stale > 0) {
      const row = this.staleRows.pop()
      if (row !== undefined) readAgain(row)
      else this.lists.forEach(this.staleAccounts.pop() as number, readAgain)
      if (left > 0) continue
      left = SLICE_CHANGED
      yield
    }
  }

  /** Does a slice of work on the cells of an order; false when nothing is left to do. */
  upkeep(order: Order | undefined): boolean {
    if (!order) return false
    if (this.isMade(order)) return this.stale > 0 && !this.catchUp().next().done
    this.making ??= this.make(order)
    const step = this.making.next()
    if (!step.done) return true
    this.making = null
    this.made = step.value
    this.staleRows = []
    this.staleAccounts = []
    return true
  }

  bytes(): number {
    return this.made ? this.made.own.byteLength + this.made.account.byteLength : 0
  }

  private get stale(): number {
    return this.staleRows.length + this.staleAccounts.length
  }

  private isMade(order: Order): boolean {
    const { made, shelf, accounts } = this
    return (
      made?.order === order &&
      made.generation === order.generation &&
      made.own.BYTES_PER_ELEMENT === shelf.cells.cells.BYTES_PER_ELEMENT &&
      made.account.BYTES_PER_ELEMENT === accounts.cells.cells.BYTES_PER_ELEMENT
    )
  }

  /** What is half made may be neither the old nor the new. */
  private note(rows: readonly number[], stale: number[]): void {
    this.making = null
    if (!this.made) return
    for (const row of rows) stale.push(row)
    if (this.stale <= MAX_STALE) return
    this.made = null
    this.staleRows = []
    this.staleAccounts = []
  }

  private *make(order: Order): Generator<undefined, OrderCells> {
    const { shelf, accounts } = this
    const { generation, length } = order
    const made = {
      order,
      generation,
      own: like(shelf.cells.cells, length),
      account: like(accounts.cells.cells, length),
    }
    for (let place = 0; place < length; place++) {
      this.readInto(made, place, order.rowAt(place))
      if (place % SLICE_ROWS === SLICE_ROWS - 1) yield
    }
    return made
  }

  private read(cells: OrderCells, child: number): void {
    const place = cells.order.rankOf(child)
    if (place >= 0) this.readInto(cells, place, child)
  }

  private readInto({ own, account }: OrderCells, place: number, child: number): void {
    const parent = this.shelf.table.link().values[child] as number
    own[place] = this.shelf.cells.cells[child] as number
    account[place] = parent < 0 ? 0 : (this.accounts.cells.cells[parent] as number)
  }
}

const like = (cells: CellNumbers, length: number): CellNumbers =>
  cells instanceof Uint16Array ? new Uint16Array(length) : new Uint32Array(length)
