import type { ResolvedCondition } from '../../../core/query/condition.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import { andInto, type Bitmap, countBits, orInto } from '../store/bitmap.ts'
import { copyBits, takeBits } from '../store/scratch.ts'
import type { Shelf } from '../store/shelf.ts'
import type { Store } from '../store/store.ts'
import { conditionRows, passingCodes } from './condition-rows.ts'
import { valueTest } from './match-value.ts'
import { keepWithCodes } from './scan.ts'

/** An OR of conditions; a filter is an AND of groups. */
export type Group = readonly ResolvedCondition[]

/** With more accounts than one in this many, walking every child beats following the lists of each account. */
const SPARSE_ACCOUNTS = 6
/** Below one row in this many, rows are looked at singly. */
const SPARSE_ROWS = 8

/** A filter over one table, its groups sorted by how they are answered. */
export interface Filter {
  readonly groups: readonly Group[]
  /** Groups that ask about combined codes alone: a table over cells each. */
  readonly onCells: readonly Group[]
  /** Groups that ask about the child's account alone: answered among the accounts. */
  readonly onAccount: readonly Group[]
  readonly onRows: readonly Group[]
}

export const filterOf = (shelf: Shelf, groups: readonly Group[]): Filter => {
  const onCells = groups.filter((group) => group.every((condition) => cellColumn(shelf, condition) >= 0))
  const onAccount = groups.filter((group) => group.every(({ field }) => field.source === 'account'))
  const onRows = groups.filter((group) => !onCells.includes(group) && !onAccount.includes(group))
  return { groups, onCells, onAccount, onRows }
}

const cellColumn = (shelf: Shelf, { field }: ResolvedCondition): number =>
  field.source === 'own' ? shelf.cells.names.indexOf(field.column) : -1

/** Which cells pass every cell group. */
export const passingCells = (shelf: Shelf, groups: readonly Group[]): Uint8Array<ArrayBuffer> => {
  const all = new Uint8Array(shelf.cells.size).fill(1, 1)
  for (const group of groups) {
    const any = new Uint8Array(all.length)
    for (const condition of group) {
      const index = cellColumn(shelf, condition)
      const column = shelf.cells.columns[index]
      if (!column) continue
      const passes = shelf.cells.tableOf(index, passingCodes(column, condition))
      for (let cell = 0; cell < any.length; cell++) any[cell] = (any[cell] as number) | (passes[cell] as number)
    }
    for (let cell = 0; cell < all.length; cell++) all[cell] = (all[cell] as number) & (any[cell] as number)
  }
  return all
}

/** Rows alive that pass the row and account groups of a filter and are in `found`; null = every row alive. */
export const passingRows = (
  store: Store,
  entity: ListEntity,
  { onAccount, onRows }: Filter,
  found: Bitmap | null,
): Bitmap | null => {
  const shelf = store.shelves[entity]
  let rows = found && copyBits(found)
  const narrow = (more: Bitmap): void => {
    if (rows) andInto(rows, more)
    else rows = more
  }
  if (onAccount.length > 0) narrow(childrenOf(store, entity, onAccount))
  for (const group of onRows) if (!rows || !keepCodes(shelf, group, rows)) narrow(groupRows(store, entity, group))
  return rows
}

/**
 * Where few rows are left and the group asks about one column of codes, looks at those rows alone.
 *
 * @returns false, with nothing changed, where it is not so
 */
const keepCodes = (shelf: Shelf, group: Group, rows: Bitmap): boolean => {
  const [condition, ...others] = group
  if (!condition || others.length > 0 || condition.field.source !== 'own') return false
  const column = shelf.table.columns.get(condition.field.column)
  if (column?.kind !== 'code' || countBits(rows) * SPARSE_ROWS > shelf.table.size) return false
  keepWithCodes(column.values, passingCodes(column, condition), rows)
  return true
}

/**
 * Rows of `base` (null = all alive) that pass the cell groups.
 *
 * @param cells what `passingCells` answers for these groups
 */
export const rowsInCells = (shelf: Shelf, base: Bitmap | null, groups: readonly Group[], cells: Uint8Array): Bitmap => {
  if (!cells.includes(0, 1)) return base ?? shelf.table.alive
  const rows = rowsOfCodes(shelf, groups) ?? shelf.cells.rowsIn(cells, shelf.table.size)
  if (base) andInto(rows, base)
  return rows
}

/** The same from the sets of rows of each code; null where they are no help. */
const rowsOfCodes = (shelf: Shelf, groups: readonly Group[]): Bitmap | null => {
  let rows: Bitmap | null = null
  for (const group of groups) {
    const any = takeBits(shelf.table.size)
    for (const condition of group) {
      const index = cellColumn(shelf, condition)
      const column = shelf.cells.columns[index]
      if (!column || !shelf.cells.bits[index]?.addPassing(passingCodes(column, condition), any)) return null
    }
    if (rows) andInto(rows, any)
    else rows = any
  }
  return rows
}

const groupRows = (store: Store, entity: ListEntity, group: Group): Bitmap => {
  const shelf = store.shelves[entity]
  const rows = takeBits(shelf.table.size)
  for (const condition of group)
    orInto(
      rows,
      condition.field.source === 'own' ? conditionRows(shelf, condition) : childrenOf(store, entity, [[condition]]),
    )
  return rows
}

/** Groups of conditions on `account.…` fields, as the account itself would be asked. */
const ofAccount = (groups: readonly Group[]): readonly Group[] =>
  groups.map((group) =>
    group.map((condition): ResolvedCondition => ({ ...condition, field: { ...condition.field, source: 'own' } })),
  )

/** Does a child without an account that is alive pass? It has null in each of its account's columns. */
const orphansPass = (groups: readonly Group[]): boolean =>
  groups.every((group) => group.some((condition) => valueTest(condition)(null)))

/** Which cells of the accounts pass groups of conditions on `account.…` fields; null where cells do not tell. */
export const passingAccountCells = (store: Store, groups: readonly Group[]): Uint8Array<ArrayBuffer> | null => {
  const accounts = store.shelves.accounts
  const filter = filterOf(accounts, ofAccount(groups))
  if (filter.onCells.length < groups.length) return null
  const cells = passingCells(accounts, filter.onCells)
  cells[0] = orphansPass(groups) ? 1 : 0
  return cells
}

/** The accounts that pass groups of conditions on `account.…` fields. */
const passingAccounts = (
  store: Store,
  groups: readonly Group[],
): {
  readonly rows: Bitmap
  /** Are they so few that following the children of each beats walking every child? */
  readonly sparse: boolean
} => {
  const accounts = store.shelves.accounts
  const filter = filterOf(accounts, ofAccount(groups))
  const cells = passingCells(accounts, filter.onCells)
  const inCells = cells.includes(0, 1) ? rowsInCells(accounts, null, filter.onCells, cells) : null
  const rows = passingRows(store, 'accounts', filter, inCells) ?? accounts.table.alive
  return { rows, sparse: countBits(rows) * SPARSE_ACCOUNTS < accounts.table.count }
}

/** Children whose account passes. */
const childrenOf = (store: Store, entity: ListEntity, groups: readonly Group[]): Bitmap => {
  const passing = passingAccounts(store, groups)
  const orphans = orphansPass(groups)
  const { table } = store.shelves[entity]
  const rows = takeBits(table.size)
  if (!orphans && passing.sparse) {
    store.childLists[entity === 'contacts' ? 'contacts' : 'tasks'].markChildren(passing.rows, rows)
    return rows
  }
  const alive = store.shelves.accounts.table.alive
  markByParent(table.link().values, passing.rows, alive, orphans ? 1 : 0, table.size, rows)
  andInto(rows, table.alive)
  return rows
}

/** Sets the bit of each child whose parent is in `passing`; of those without a parent alive where `orphan` is 1. */
const markByParent = (
  parents: Int32Array,
  passing: Bitmap,
  alive: Bitmap,
  orphan: number,
  size: number,
  into: Bitmap,
): void => {
  for (let i = 0; i < into.length; i++) {
    const base = i << 5
    const end = Math.min(32, size - base)
    let word = 0
    for (let j = 0; j < end; j++) {
      const parent = parents[base + j] as number
      const shown = parent >= 0 ? ((alive[parent >>> 5] as number) >>> (parent & 31)) & 1 : 0
      const pass = shown === 1 ? ((passing[parent >>> 5] as number) >>> (parent & 31)) & 1 : orphan
      word |= pass << j
    }
    into[i] = word
  }
}
