import { isOnlyAbout, resolveWhere } from '../../../core/query/condition.ts'
import type { Facets, ListSpec } from '../../../core/query/spec.ts'
import type { View } from '../order/view.ts'
import { type Bitmap, countBits } from '../store/bitmap.ts'
import type { Shelf } from '../store/shelf.ts'
import type { Store } from '../store/store.ts'
import { childPass } from './child-pass.ts'
import { cellCounts, cellFacet, type Facet, rowFacet } from './facets.ts'
import { type Filter, filterOf, passingCells, passingRows, rowsInCells } from './groups.ts'
import { searchRows } from './search-rows.ts'

/** What a list shows. */
export interface Answer {
  readonly view: View
  readonly total: number
  readonly facets: Facets
}

/**
 * Answers a query. What asks about combined codes alone becomes one table over cells; everything else a set of rows.
 *
 * @param today the user's calendar day, days since 1970-01-01
 */
export const answer = (store: Store, spec: ListSpec, today: number): Answer => {
  const shelf = store.shelves[spec.entity]
  const filter = filterOf(shelf, resolveWhere(spec, today))
  const order = shelf.order(spec.sort)
  const onlyCells = spec.facets.every((name) => facetColumn(shelf, name) >= 0)
  const walked = onlyCells ? childPass(store, spec, filter, order) : null
  if (walked) {
    const facets = spec.facets.map((name) => {
      const cells = passingCells(shelf, leavingOut(shelf, filter, name).onCells)
      return [name, cellFacet(shelf, facetColumn(shelf, name), cells, walked.counts)]
    })
    return { view: walked.view, total: walked.total, facets: Object.fromEntries(facets) }
  }
  const found = searchRows(store, spec.entity, spec.search)
  const base = passingRows(store, spec.entity, filter, found)
  const facets = facetsOf(store, spec, filter, found, base)
  const rows = rowsInCells(shelf, base, filter.onCells, passingCells(shelf, filter.onCells))
  const all = rows === shelf.table.alive
  const total = all ? shelf.table.count : countBits(rows)
  return { view: order.view(rows, total, all), total, facets }
}

/** The rows of a query, as a set. */
export const matchingRows = (store: Store, spec: ListSpec, today: number): Bitmap => {
  const shelf = store.shelves[spec.entity]
  const filter = filterOf(shelf, resolveWhere(spec, today))
  const base = passingRows(store, spec.entity, filter, searchRows(store, spec.entity, spec.search))
  return rowsInCells(shelf, base, filter.onCells, passingCells(shelf, filter.onCells))
}

const facetColumn = (shelf: Shelf, name: string): number => shelf.cells.names.indexOf(name)

/** The filter without what is only about one field. */
const leavingOut = (shelf: Shelf, filter: Filter, name: string): Filter =>
  filterOf(
    shelf,
    filter.groups.filter((group) => !isOnlyAbout(group, name)),
  )

const facetsOf = (store: Store, spec: ListSpec, filter: Filter, found: Bitmap | null, base: Bitmap | null): Facets => {
  const shelf = store.shelves[spec.entity]
  const counts = spec.facets.length > 0 ? cellCounts(shelf, base) : null
  const facetOf = (name: string): Facet => {
    const column = facetColumn(shelf, name)
    const without = leavingOut(shelf, filter, name)
    const cells = passingCells(shelf, without.onCells)
    const sameBase =
      without.onRows.length === filter.onRows.length && without.onAccount.length === filter.onAccount.length
    if (column >= 0 && sameBase && counts) return cellFacet(shelf, column, cells, counts)
    const rows = sameBase ? base : passingRows(store, spec.entity, without, found)
    return rowFacet(shelf, name, rowsInCells(shelf, rows, without.onCells, cells))
  }
  return Object.fromEntries(spec.facets.map((name) => [name, facetOf(name)]))
}
