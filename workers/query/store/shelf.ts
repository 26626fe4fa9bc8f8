import { requireField } from '../../../core/query/condition.ts'
import { searchFieldsOf } from '../../../core/query/fields.ts'
import type { ListEntity, SortKey } from '../../../core/query/spec.ts'
import { Cells } from '../filter/cells.ts'
import { Order } from '../order/order.ts'
import { columnKey, idKey, type RowKey, throughLink } from '../order/row-key.ts'
import { SearchIndex } from '../search/search-index.ts'
import type { CodeColumn } from './columns.ts'
import type { RowBatch } from './row-batch.ts'
import { Table } from './table.ts'
import type { TextColumn } from './text-column.ts'

/** Where more than one row in this many moves, an order is built anew at its next use. */
const REBUILD_PART = 4
/** Rows in an order's buffer before it is folded at once instead of in idle time. */
const FOLD_AT = 16_384

/** Columns whose combinations are counted, for filters and facets. */
const CELL_COLUMNS: Readonly<Record<ListEntity, readonly string[]>> = {
  accounts: ['type', 'status', 'priority', 'assigned_to'],
  contacts: ['assigned_to'],
  tasks: ['status', 'assigned_to'],
}

/** A table with what is kept about it: combined codes and sorted orders. */
export class Shelf {
  readonly entity: ListEntity
  readonly table: Table
  readonly cells: Cells
  readonly orders = new Map<string, Order>()
  readonly accounts: Table
  readonly search: SearchIndex
  private readonly searchFields: readonly string[]

  constructor(entity: ListEntity, accounts: Table | null) {
    this.entity = entity
    this.table = new Table(entity, accounts?.ids)
    this.accounts = accounts ?? this.table
    const names = CELL_COLUMNS[entity]
    const columns = names.map((name) => this.table.columns.get(name)).filter((column) => column?.kind === 'code')
    this.cells = new Cells(names, columns as CodeColumn[])
    this.searchFields = searchFieldsOf(entity)
    const texts = this.searchFields
      .map((name) => this.table.columns.get(name))
      .filter((column) => column?.kind === 'text')
    this.search = new SearchIndex(texts as TextColumn[])
  }

  /** The order of a sort, built at its first use. */
  order(sort: readonly SortKey[]): Order {
    const name = sort.map((key) => `${key.field} ${key.dir}`).join(',')
    const known = this.orders.get(name)
    if (known) return known
    const keys = [...sort.map((key) => this.keyOf(key)), idKey(this.table.ids, 'asc')]
    const order = new Order(
      keys,
      sort.flatMap((key) => (key.field.startsWith('account.') ? [key.field, 'account_id'] : [key.field])),
    )
    order.build(this.rowsAlive(), this.table.capacity)
    this.orders.set(name, order)
    return order
  }

  /**
   * Writes rows, and moves each in the orders whose columns changed.
   *
   * @returns their slots
   */
  write(batch: RowBatch): readonly number[] {
    const { table, cells, orders } = this
    const rows = batch.ids.map((id) => table.ids.add(id))
    this.makeRoom()
    const fresh = rows.filter((row) => !table.isAlive(row))
    const moved = new Map(
      batch.columns.map((name) => [
        name,
        rows.filter((row, i) => table.isAlive(row) && table.value(row, name) !== batch.value(name, i)),
      ]),
    )
    const affected = new Map<Order, readonly number[]>()
    for (const [name, order] of orders) {
      const changed = order.columns.flatMap((column) => moved.get(column) ?? [])
      const mine = changed.length === 0 ? fresh : [...new Set([...fresh, ...changed])]
      if (mine.length * REBUILD_PART > order.size) orders.delete(name)
      else if (mine.length > 0) affected.set(order, mine)
    }
    for (const [order, mine] of affected) order.remove(mine)
    writeColumns(table, rows, batch)
    for (const row of rows) cells.file(row)
    const reworded = this.searchFields.flatMap((column) => moved.get(column) ?? [])
    this.search.changed([...fresh, ...reworded], table.capacity)
    for (const [order, mine] of affected) {
      order.insert(mine, table.capacity)
      if (order.buffered > FOLD_AT) order.fold(table.alive)
    }
    return rows
  }

  /** Makes room for every slot that has been given out. */
  makeRoom(): void {
    this.table.reserve()
    this.cells.grow(this.table.capacity)
  }

  /** Removes the rows of these ids; unknown ones are passed over. Answers the slots. */
  remove(ids: readonly string[]): readonly number[] {
    const rows = ids.map((id) => this.table.ids.find(id)).filter((row) => row >= 0)
    for (const row of rows) {
      this.table.kill(row)
      this.cells.drop(row)
    }
    return rows
  }

  /** Does one short piece of upkeep; false when nothing is left to do. */
  upkeep(): boolean {
    return this.foldOne() || this.search.upkeep(this.table.alive, this.table.size)
  }

  private foldOne(): boolean {
    for (const order of this.orders.values()) {
      if (order.buffered === 0) continue
      order.fold(this.table.alive)
      return true
    }
    return false
  }

  /** Drops the orders that depend on a column that changed behind their back; their next use builds them again. */
  forgetOrders(depends: (column: string) => boolean): void {
    for (const [name, order] of this.orders) if (order.columns.some(depends)) this.orders.delete(name)
  }

  bytes(): number {
    let bytes = this.table.bytes() + this.cells.bytes() + this.search.bytes()
    for (const order of this.orders.values()) bytes += order.bytes()
    return bytes
  }

  private rowsAlive(): Uint32Array<ArrayBuffer> {
    const rows = new Uint32Array(this.table.count)
    let at = 0
    for (let row = 0; row < this.table.size; row++) if (this.table.isAlive(row)) rows[at++] = row
    return rows
  }

  private keyOf({ field: name, dir }: SortKey): RowKey {
    const field = requireField(this.entity, name)
    const own = field.source === 'own'
    const table = own ? this.table : this.accounts
    const column = table.columns.get(field.column)
    const key = column ? columnKey(column, dir) : idKey(table.ids, dir)
    return own ? key : throughLink(this.table.link(), key, (parent) => this.accounts.isAlive(parent))
  }
}

/** Writes a batch into the slots of its rows and makes them alive. */
export const writeColumns = (table: Table, rows: readonly number[], batch: RowBatch): void => {
  for (const name of batch.columns) {
    const column = table.columns.get(name)
    for (let i = 0; i < rows.length; i++) column?.set(rows[i] as number, batch.value(name, i))
  }
  rows.forEach((row, i) => {
    table.revive(row)
    const mark = batch.mark(i)
    if (mark) table.marks.set(row, mark)
    else table.marks.delete(row)
  })
}
