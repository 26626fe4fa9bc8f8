import type { Order, StagedOrder } from '../order/order.ts'
import type { RowBatch } from './row-batch.ts'
import type { Shelf } from './shelf.ts'

/** Where more than one row in this many moves, an order is built anew at its next use. */
const REBUILD_PART = 4
/** An order with more rows waiting than this is folded before more are staged. */
const FOLD_AT = 16_384
/** Values written or compared between two chances to pause. */
const SLICE_VALUES = 8_192

/** What a change did to a table's rows. */
export interface Touched {
  /** Slots written or removed. */
  readonly rows: readonly number[]
  /** Of those, the ones that came or whose searchable texts changed. */
  readonly reworded: readonly number[]
}

/** A row of the change: its values stand in `slot` until they are shown; then they move to `row` where that is another. */
interface Written {
  readonly row: number
  readonly slot: number
}

/**
 * Works out, in short slices, all that a change of one table needs, writing only where no query looks: into slots that
 * are not alive. The answer makes the whole change visible at once.
 *
 * @param removes ids; unknown ones are passed over
 */
export function* stageChange(
  shelf: Shelf,
  batch: RowBatch,
  removes: readonly string[],
): Generator<undefined, () => Touched> {
  const { table, orders } = shelf
  while (shelf.fold(FOLD_AT)) yield
  const gone = removes.map((id) => table.ids.find(id)).filter((row) => row >= 0)
  const firstNew = table.ids.size
  const rows = batch.ids.map((id) => table.ids.add(id))
  const known = rows.filter((row) => row < firstNew)
  const hidden = table.takeHidden(known.length)
  shelf.makeRoom()
  let used = 0
  const written = rows.map((row): Written => ({ row, slot: row < firstNew ? (hidden[used++] as number) : row }))
  const rowOfSlot = new Map(written.map(({ row, slot }) => [slot, row]))
  yield
  const kept = [...table.columns].filter(([name]) => !batch.columns.includes(name)).map(([, column]) => column)
  for (const { row, slot } of written) {
    if (slot === row) continue
    table.ids.copyName(row, slot)
    for (const column of kept) column.set(slot, column.get(row))
  }
  yield* writeColumns(shelf, written, batch)

  const fresh = written.filter(({ row }) => !table.isAlive(row))
  const changed = yield* changedColumns(shelf, written, batch)
  const before = new Map(orders)
  const staged = new Map<string, StagedOrder | null>()
  for (const [name, order] of before) {
    const mine = affected(order, fresh, changed)
    if (mine.length * REBUILD_PART > order.size) staged.set(name, null)
    else if (mine.length > 0) {
      const arrivals = { slots: mine.map(({ slot }) => slot), rowOf: (slot: number) => rowOfSlot.get(slot) ?? slot }
      staged.set(
        name,
        yield* order.stage(
          mine.map(({ row }) => row),
          arrivals,
        ),
      )
    }
  }
  const reworded = new Set(fresh.map(({ row }) => row))
  for (const name of shelf.searchFields) for (const { row } of changed.get(name) ?? []) reworded.add(row)

  return () => {
    for (const name of batch.columns) {
      const column = table.columns.get(name)
      for (const { row, slot } of changed.get(name) ?? []) column?.move(slot, row)
      for (const { row, slot } of fresh) if (slot !== row) column?.move(slot, row)
    }
    table.returnHidden(hidden)
    const removed = gone.filter((row) => table.isAlive(row))
    for (const row of removed) table.kill(row)
    written.forEach(({ row }, i) => {
      table.revive(row)
      table.setMark(row, batch.mark(i))
    })
    const dead = removed.filter((row) => !table.isAlive(row))
    for (const row of dead) shelf.cells.drop(row)
    for (const row of rows) shelf.cells.file(row)
    shelf.search.changed([...reworded], table.capacity)
    for (const [name, order] of orders) {
      const change = staged.get(name)
      if (before.get(name) !== order || change === null) orders.delete(name)
      else {
        if (change) order.apply(change, table.capacity)
        order.kill(dead)
      }
    }
    return { rows: [...rows, ...dead], reworded: [...reworded] }
  }
}

function* writeColumns(shelf: Shelf, written: readonly Written[], batch: RowBatch): Generator<undefined, void> {
  let sinceYield = 0
  for (const name of batch.columns) {
    const column = shelf.table.columns.get(name)
    if (!column) continue
    const write = batch.writer(name, column)
    for (let i = 0; i < written.length; i++) {
      write((written[i] as Written).slot, i)
      if (++sinceYield % SLICE_VALUES === 0) yield
    }
  }
}

/** By column, the rows alive whose value changes. */
function* changedColumns(
  shelf: Shelf,
  written: readonly Written[],
  batch: RowBatch,
): Generator<undefined, ReadonlyMap<string, readonly Written[]>> {
  const alive = written.filter(({ row }) => shelf.table.isAlive(row))
  const changed = new Map<string, readonly Written[]>()
  let sinceYield = 0
  for (const name of batch.columns) {
    const column = shelf.table.columns.get(name)
    changed.set(
      name,
      alive.filter(({ row, slot }) => !column?.same(row, slot)),
    )
    sinceYield += alive.length
    if (sinceYield < SLICE_VALUES) continue
    sinceYield = 0
    yield
  }
  return changed
}

const affected = (
  order: Order,
  fresh: readonly Written[],
  changed: ReadonlyMap<string, readonly Written[]>,
): readonly Written[] => {
  const moved = order.columns.flatMap((column) => changed.get(column) ?? [])
  return moved.length === 0 ? fresh : [...new Set([...fresh, ...moved])]
}
