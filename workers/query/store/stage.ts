import type { Order, StagedOrder } from '../order/order.ts'
import type { LetterMask, Letters } from '../search/letters.ts'
import type { RowBatch } from './row-batch.ts'
import type { Shelf } from './shelf.ts'

/** Where more than one row in this many moves, an order is built anew at its next use. */
const REBUILD_PART = 4
/** An order with more rows waiting than this is folded before more are staged. */
const FOLD_AT = 16_384
/** Ids looked up between two chances to pause. */
const SLICE_IDS = 2_048
/** Values written or compared between two chances to pause. */
const SLICE_VALUES = 8_192

/** What a change did to a table's rows. */
export interface Touched {
  /** Slots written or removed. */
  readonly rows: readonly number[]
  /** Of those, the ones that came or whose searchable texts changed. */
  readonly reworded: readonly number[]
  /** Of those, the ones whose combined codes changed. */
  readonly recoded: readonly number[]
  /** The letters of reworded rows that were read ahead. */
  readonly letters: ReadonlyMap<number, LetterMask>
}

/**
 * The rows of a change by position: the values of row n stand in slot n until they are shown; then they move to the row
 * where that is another slot.
 */
interface Written {
  readonly rows: readonly number[]
  readonly slots: readonly number[]
}

/**
 * Works out, in short slices, all that a change of one table needs, writing only where no query looks: into slots that
 * are not alive. The answer makes the whole change visible at once.
 *
 * @param removes ids; unknown ones are passed over
 * @param letters reads the letters of reworded rows ahead; null = more of the same follows at once, and nothing is
 * followed row by row: letters are read in idle time, orders built anew at their next use
 */
export function* stageChange(
  shelf: Shelf,
  batch: RowBatch,
  removes: readonly string[],
  letters: Letters | null,
): Generator<undefined, () => Touched> {
  const { table, orders } = shelf
  for (const order of orders.values()) if (order.buffered > FOLD_AT) yield* order.fold(table.alive)
  yield
  yield* table.makeRoomFor(batch.ids.length)
  const gone = removes.map((id) => table.ids.find(id)).filter((row) => row >= 0)
  const firstNew = table.ids.size
  const rows: number[] = []
  for (const id of batch.ids) {
    rows.push(table.ids.add(id))
    if (rows.length % SLICE_IDS > 0) continue
    shelf.makeRoom()
    yield
  }
  const { slots, hidden } = slotsFor(shelf, rows, firstNew)
  for (const order of orders.values()) if (order.reserve(table.capacity)) yield
  const written: Written = { rows, slots }
  yield
  yield* writeColumns(shelf, written, batch)

  const fresh = positionsWhere(rows, (row) => !table.isAlive(row))
  const changed = yield* changedColumns(shelf, written, batch)
  const before = new Map(orders)
  const staged = new Map<string, StagedOrder | null>()
  for (const [name, order] of before) {
    const mine = affected(order, fresh, changed)
    if (!letters || mine.length * REBUILD_PART > order.size) staged.set(name, null)
    else if (mine.length > 0) staged.set(name, yield* stageOrder(order, written, mine))
  }
  const cells = yield* cellsOf(shelf, slots)
  const positions = new Set(fresh)
  for (const name of shelf.searchFields) for (const position of changed.get(name) ?? []) positions.add(position)
  const reworded = Array.from(positions, (position) => rows[position] as number)
  const newSlots = Array.from(positions, (position) => slots[position] as number)
  const ahead = letters ? yield* letters.readAhead(reworded, newSlots) : new Map()

  return () => {
    for (const name of batch.columns) {
      const column = table.columns.get(name)
      for (const position of changed.get(name) ?? []) column?.move(slots[position] as number, rows[position] as number)
      for (const position of fresh) {
        const slot = slots[position] as number
        if (slot !== rows[position]) column?.move(slot, rows[position] as number)
      }
    }
    table.returnHidden(hidden)
    const removed = gone.filter((row) => table.isAlive(row))
    for (const row of removed) table.kill(row)
    for (let position = 0; position < rows.length; position++) {
      table.revive(rows[position] as number)
      table.setMark(rows[position] as number, batch.mark(position))
    }
    const dead = removed.filter((row) => !table.isAlive(row))
    for (const row of dead) shelf.cells.drop(row)
    const recoded = [...dead]
    for (let position = 0; position < rows.length; position++) {
      const row = rows[position] as number
      if (shelf.cells.fileIn(row, cells[position] as number)) recoded.push(row)
    }
    shelf.search.changed(reworded, table.capacity)
    for (const [name, order] of orders) {
      const change = staged.get(name)
      if (before.get(name) !== order || change === null) orders.delete(name)
      else {
        if (change) order.apply(change, table.capacity)
        order.kill(dead)
      }
    }
    return { rows: dead.length > 0 ? [...rows, ...dead] : rows, reworded, recoded, letters: ahead }
  }
}

/**
 * Where the values of each row are written before they are shown: new rows have slots that nobody sees yet; a row that was
 * here before, alive or not, has a place in orders by its old values, which therefore stay until the change is shown.
 */
const slotsFor = (
  { table, makeRoom }: Shelf,
  rows: readonly number[],
  firstNew: number,
): { slots: readonly number[]; hidden: readonly number[] } => {
  const known = positionsWhere(rows, (row) => row < firstNew)
  const hidden = table.takeHidden(known.length)
  makeRoom()
  if (known.length === 0) return { slots: rows, hidden }
  const slots = [...rows]
  known.forEach((position, i) => {
    slots[position] = hidden[i] as number
    table.ids.copyName(rows[position] as number, hidden[i] as number)
  })
  return { slots, hidden }
}

const positionsWhere = (rows: readonly number[], test: (row: number) => boolean): number[] => {
  const positions: number[] = []
  for (let position = 0; position < rows.length; position++)
    if (test(rows[position] as number)) positions.push(position)
  return positions
}

function* writeColumns(shelf: Shelf, { rows, slots }: Written, batch: RowBatch): Generator<undefined, void> {
  let sinceYield = 0
  const carried = new Set(batch.columns)
  for (const [name, column] of shelf.table.columns) {
    if (carried.has(name)) {
      const write = batch.writer(name, column)
      for (let i = 0; i < slots.length; i++) {
        write(slots[i] as number, i)
        if (++sinceYield % SLICE_VALUES === 0) yield
      }
    } else if (slots !== rows) {
      for (let i = 0; i < slots.length; i++)
        if (slots[i] !== rows[i]) column.set(slots[i] as number, column.get(rows[i] as number))
    }
  }
}

/** By column, the positions of rows alive whose value changes. */
function* changedColumns(
  shelf: Shelf,
  { rows, slots }: Written,
  batch: RowBatch,
): Generator<undefined, ReadonlyMap<string, readonly number[]>> {
  const alive = positionsWhere(rows, (row) => shelf.table.isAlive(row))
  const changed = new Map<string, readonly number[]>()
  if (alive.length === 0) return changed
  let sinceYield = 0
  for (const name of batch.columns) {
    const column = shelf.table.columns.get(name)
    changed.set(
      name,
      alive.filter((position) => !column?.same(rows[position] as number, slots[position] as number)),
    )
    sinceYield += alive.length
    if (sinceYield < SLICE_VALUES) continue
    sinceYield = 0
    yield
  }
  return changed
}

/** The cell of each slot's codes. */
function* cellsOf(shelf: Shelf, slots: readonly number[]): Generator<undefined, Uint32Array> {
  const cells = new Uint32Array(slots.length)
  for (let i = 0; i < slots.length; i++) {
    cells[i] = shelf.cells.cellOf(slots[i] as number)
    if (i % SLICE_IDS === SLICE_IDS - 1) yield
  }
  return cells
}

const affected = (
  order: Order,
  fresh: readonly number[],
  changed: ReadonlyMap<string, readonly number[]>,
): readonly number[] => {
  const moved = order.columns.flatMap((column) => changed.get(column) ?? [])
  return moved.length === 0 ? fresh : [...new Set([...fresh, ...moved])]
}

function* stageOrder(
  order: Order,
  { rows, slots }: Written,
  positions: readonly number[],
): Generator<undefined, StagedOrder> {
  const rowOf = new Map<number, number>()
  for (const position of positions)
    if (slots[position] !== rows[position]) rowOf.set(slots[position] as number, rows[position] as number)
  return yield* order.stage(
    positions.map((position) => rows[position] as number),
    {
      slots: positions.map((position) => slots[position] as number),
      rowOf: (slot) => rowOf.get(slot) ?? slot,
    },
  )
}
