import type { ListSpec } from '../../../core/query/spec.ts'
import type { Order } from '../order/order.ts'
import type { View } from '../order/view.ts'
import { andInto, type Bitmap, hasBit, setBit } from '../store/bitmap.ts'
import type { ClusteredOrder } from '../store/clustered-order.ts'
import { takeBits } from '../store/scratch.ts'
import type { Shelf } from '../store/shelf.ts'
import type { Store } from '../store/store.ts'
import { type Filter, passingAccounts, passingCells } from './groups.ts'

/** What one walk over the children of some accounts finds. */
export interface ChildPass {
  readonly view: View
  readonly total: number
  /** Children of these accounts in each cell, whether or not the cell passes. */
  readonly counts: Int32Array
}

/**
 * Lists of children that are filtered by their account, and by nothing else but enums, in an order that is kept clustered:
 * one walk over the accounts that pass gives places, total and counts together, reading memory in a row.
 *
 * @returns null where the query is not of that kind, or where walking every child is as quick
 */
export const childPass = (store: Store, spec: ListSpec, filter: Filter, order: Order): ChildPass | null => {
  if (spec.entity === 'accounts' || spec.search !== '') return null
  if (filter.onRows.length > 0 || filter.onAccount.length === 0) return null
  const clustered = store.clustered[spec.entity].of(order)
  if (!clustered) return null
  const { rows: accounts, orphansPass, sparse } = passingAccounts(store, filter.onAccount)
  if (orphansPass || !sparse) return null
  const shelf = store.shelves[spec.entity]
  const cells = passingCells(shelf, filter.onCells)
  const places = takeBits(order.length)
  const counts = new Int32Array(shelf.cells.size)
  const looseAccounts = markClusters(
    clustered,
    store.childLists[spec.entity].looseAccounts,
    accounts,
    cells,
    counts,
    places,
  )
  for (const account of looseAccounts)
    store.childLists[spec.entity].forEach(account, (child) => {
      const cell = shelf.cells.cells[child] as number
      counts[cell] = (counts[cell] as number) + 1
      const rank = order.rankOf(child)
      if (cells[cell] === 1 && rank >= 0) setBit(places, rank)
    })
  andInto(places, order.livePlaces)
  const view = order.viewOf(places, (row) => holds(shelf, accounts, cells, row))
  return { view, total: view.total, counts }
}

const holds = ({ table, cells }: Shelf, accounts: Bitmap, passing: Uint8Array, row: number): boolean => {
  const parent = table.link().values[row] as number
  return table.isAlive(row) && parent >= 0 && hasBit(accounts, parent) && passing[cells.cells[row] as number] === 1
}

/** Walks the accounts whose children are clustered; answers the others. */
const markClusters = (
  { clusters: { starts }, ranks, cells }: ClusteredOrder,
  loose: Bitmap,
  accounts: Bitmap,
  passing: Uint8Array,
  counts: Int32Array,
  places: Bitmap,
): readonly number[] => {
  const clustered = starts.length - 1
  const others: number[] = []
  for (let i = 0; i < accounts.length; i++) {
    let word = accounts[i] as number
    while (word !== 0) {
      const account = (i << 5) + 31 - Math.clz32(word & -word)
      word &= word - 1
      if (account >= clustered || hasBit(loose, account)) {
        others.push(account)
        continue
      }
      const end = starts[account + 1] as number
      for (let at = starts[account] as number; at < end; at++) {
        const cell = cells[at] as number
        counts[cell] = (counts[cell] as number) + 1
        const rank = ranks[at] as number
        if (passing[cell] === 1 && rank >= 0) setBit(places, rank)
      }
    }
  }
  return others
}
