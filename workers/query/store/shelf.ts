import type { FeedEntity } from '../../../core/protocol/query-port.ts'
import { requireField } from '../../../core/query/condition.ts'
import { searchFieldsOf } from '../../../core/query/fields.ts'
import type { ListEntity, SortKey } from '../../../core/query/spec.ts'
import { Cells } from '../filter/cells.ts'
import { Order } from '../order/order.ts'
import { columnKey, idKey, type RowKey, throughLink } from '../order/row-key.ts'
import { SearchIndex, type SearchLimits } from '../search/search-index.ts'
import type { CodeColumn } from './columns.ts'
import { Table } from './table.ts'
import type { TextColumn } from './text-column.ts'

/** Columns whose combinations are counted, for filters and facets. */
const CELL_COLUMNS: Readonly<Record<FeedEntity, readonly string[]>> = {
  accounts: ['type', 'status', 'priority', 'assigned_to'],
  contacts: ['assigned_to'],
  tasks: ['status', 'assigned_to'],
  meetings: [],
}

/** Sort orders kept at most; the one not used for longest goes first. */
const MAX_ORDERS = 12

/** Rows looked at between two chances to pause. */
const SLICE_ROWS = 262_144

/** A table with what is kept about it: combined codes, sorted orders and the index of its words. */
export class Shelf {
  readonly entity: FeedEntity
  readonly table: Table
  readonly cells: Cells
  readonly search: SearchIndex
  readonly searchFields: readonly string[]
  /** By name, least recently used first. */
  readonly orders = new Map<string, Order>()
  readonly accounts: Table

  constructor(entity: FeedEntity, accounts: Table | null, limits: SearchLimits) {
    this.entity = entity
    this.table = new Table(entity, accounts?.ids)
    this.accounts = accounts ?? this.table
    const columnsNamed = (names: readonly string[]) =>
      names.map((name) => this.table.columns.get(name)).filter((column) => column !== undefined)
    const names = CELL_COLUMNS[entity]
    this.cells = new Cells(
      names,
      columnsNamed(names).filter((column): column is CodeColumn => column.kind === 'code'),
    )
    this.searchFields = entity === 'meetings' ? [] : searchFieldsOf(entity)
    const texts = columnsNamed(this.searchFields).filter((column): column is TextColumn => column.kind === 'text')
    // Accounts are found by their contacts' words.
    const ownerOf = entity === 'contacts' ? (row: number): number => this.table.link().values[row] as number : null
    this.search = new SearchIndex(texts, limits, ownerOf)
  }

  /** The order of a sort, built at its first use. */
  order(sort: readonly SortKey[]): Order {
    const building = this.prepareOrder(sort)
    for (;;) {
      const step = building.next()
      if (step.done) return step.value
    }
  }

  /** The same in slices, for idle time: nothing may be applied to the table before it is done. */
  *prepareOrder(sort: readonly SortKey[]): Generator<undefined, Order> {
    const name = orderName(sort)
    const known = this.orders.get(name)
    if (known) {
      this.orders.delete(name)
      this.orders.set(name, known)
      return known
    }
    const order = this.emptyOrder(sort)
    yield* order.build(yield* this.rowsAlive(), this.table.capacity)
    this.orders.set(name, order)
    for (const oldest of this.orders.keys()) {
      if (this.orders.size <= MAX_ORDERS) break
      this.orders.delete(oldest)
    }
    return order
  }

  /** Takes an order whose rows are sorted already, in slices; false where they are not the rows alive, each once. */
  *adoptOrder(sort: readonly SortKey[], rows: Uint32Array<ArrayBuffer>): Generator<undefined, boolean> {
    const order = this.emptyOrder(sort)
    const { table } = this
    if (rows.length !== table.count || !rows.every((row) => row < table.size && table.isAlive(row))) return false
    if (!(yield* order.adopt(rows, table.capacity))) return false
    this.orders.set(orderName(sort), order)
    return true
  }

  /** The orders that are at rest, least recently used first. */
  settledOrders(): readonly { readonly sort: readonly SortKey[]; readonly rows: Uint32Array<ArrayBuffer> }[] {
    return [...this.orders].flatMap(([name, order]) => {
      const rows = order.settled
      return rows ? [{ sort: sortNamed(name), rows }] : []
    })
  }

  /** An order that sorts by this column of its own first, in either direction, if there is one. */
  orderBy(column: string): Order | undefined {
    for (const order of this.orders.values()) if (order.columns[0] === column) return order
    return undefined
  }

  /** The order of a sort, if it is there. */
  knownOrder(sort: readonly SortKey[]): Order | undefined {
    return this.orders.get(orderName(sort))
  }

  /** Drops the orders that depend on a column that changed behind their back; their next use builds them again. */
  forgetOrders(depends: (column: string) => boolean): void {
    for (const [name, order] of this.orders) if (order.columns.some(depends)) this.orders.delete(name)
  }

  /** Makes room for every slot that has been given out. */
  readonly makeRoom = (): void => {
    this.table.reserve()
    this.cells.grow(this.table.capacity)
  }

  /** An order with rows waiting to be folded, if there is one. */
  unfolded(): Order | undefined {
    for (const order of this.orders.values()) if (order.buffered > 0) return order
    return undefined
  }

  bytes(): number {
    let bytes = this.table.bytes() + this.cells.bytes() + this.search.bytes()
    for (const order of this.orders.values()) bytes += order.bytes()
    return bytes
  }

  private *rowsAlive(): Generator<undefined, Uint32Array<ArrayBuffer>> {
    const rows = new Uint32Array(this.table.count)
    let at = 0
    for (let row = 0; row < this.table.size; row++) {
      if (this.table.isAlive(row)) rows[at++] = row
      if (row % SLICE_ROWS === SLICE_ROWS - 1) yield
    }
    return rows
  }

  private emptyOrder(sort: readonly SortKey[]): Order {
    const keys = [...sort.map((key) => this.keyOf(key)), idKey(this.table.ids, 'asc')]
    const columns = sort.flatMap(({ field }) => (field.startsWith('account.') ? [field, 'account_id'] : [field]))
    return new Order(keys, columns, sort[0]?.dir ?? 'asc')
  }

  private keyOf({ field: name, dir }: SortKey): RowKey {
    const field = requireField(this.entity as ListEntity, name)
    const own = field.source === 'own'
    const table = own ? this.table : this.accounts
    const column = table.columns.get(field.column)
    const key = column ? columnKey(column, dir) : idKey(table.ids, dir)
    return own ? key : throughLink(this.table.link(), key, (parent) => this.accounts.isAlive(parent))
  }
}

const orderName = (sort: readonly SortKey[]): string => sort.map((key) => `${key.field} ${key.dir}`).join(',')

const sortNamed = (name: string): readonly SortKey[] =>
  name === ''
    ? []
    : name.split(',').map((key) => {
        const [field = '', dir] = key.split(' ')
        return { field, dir: dir === 'desc' ? 'desc' : 'asc' }
      })
