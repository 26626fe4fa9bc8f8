import { isOnlyAbout, resolveWhere } from '../../../core/query/condition.ts'
import type { Facets, ListSpec } from '../../../core/query/spec.ts'
import { type Bitmap, countBits } from '../store/bitmap.ts'
import type { Store } from '../store/store.ts'
import { cellCounts, cellFacet, type Facet, rowFacet } from './facets.ts'
import { type Filter, filterOf, passingCells, passingRows, rowsInCells } from './groups.ts'
import { searchRows } from './search-rows.ts'

/** The rows of a query and its facets. */
export interface Answer {
  readonly rows: Bitmap
  readonly total: number
  /** Is it every row alive? */
  readonly all: boolean
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
  const found = searchRows(store, spec.entity, spec.search)
  const base = passingRows(store, spec.entity, filter, found)
  const counts = spec.facets.length > 0 ? cellCounts(shelf, base) : null

  const facetOf = (name: string): Facet => {
    const column = shelf.cells.names.indexOf(name)
    const without = filterOf(
      shelf,
      filter.groups.filter((group) => !isOnlyAbout(group, name)),
    )
    const cells = passingCells(shelf, without.onCells)
    const sameBase = sameRowGroups(filter, without)
    if (column >= 0 && sameBase && counts) return cellFacet(shelf, column, cells, counts)
    const rows = sameBase ? base : passingRows(store, spec.entity, without, found)
    return rowFacet(shelf, name, rowsInCells(shelf, rows, without.onCells, cells))
  }

  const rows = rowsInCells(shelf, base, filter.onCells, passingCells(shelf, filter.onCells))
  const all = rows === shelf.table.alive
  const facets = Object.fromEntries(spec.facets.map((name) => [name, facetOf(name)]))
  return { rows, total: all ? shelf.table.count : countBits(rows), all, facets }
}

const sameRowGroups = (a: Filter, b: Filter): boolean =>
  a.onRows.length === b.onRows.length && a.onAccount.length === b.onAccount.length
