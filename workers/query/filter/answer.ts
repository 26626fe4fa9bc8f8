import { isoDay } from '../../../core/model/convert.ts'
import { isOnlyAbout, type ResolvedCondition, requireField, resolveWhere } from '../../../core/query/condition.ts'
import { searchWords } from '../../../core/query/search-words.ts'
import type { Facets, ListEntity, ListSpec } from '../../../core/query/spec.ts'
import { andInto, type Bitmap, bitmapOf, countBits, forEachBit, hasBit, orInto, setBit } from '../store/bitmap.ts'
import { NULL_INT } from '../store/columns.ts'
import type { Shelf } from '../store/shelf.ts'
import type { Column } from '../store/table.ts'
import { conditionRows, passingCodes } from './condition-rows.ts'
import { valueTest } from './match-value.ts'

export type Shelves = Readonly<Record<ListEntity, Shelf>>

/** The rows of a query and its facets. */
export interface Answer {
  readonly rows: Bitmap
  readonly total: number
  readonly facets: Facets
}

type Group = readonly ResolvedCondition[]

/**
 * Answers a query: groups that ask about combined codes alone become one table over cells, everything else sets of rows.
 *
 * @param today the user's calendar day, days since 1970-01-01
 */
export const answer = (shelves: Shelves, spec: ListSpec, today: number): Answer => {
  const shelf = shelves[spec.entity]
  const { table, cells } = shelf
  const groups = resolveWhere(spec, today)
  const onCells = groups.filter((group) => group.every((condition) => cellColumn(shelf, condition) >= 0))
  const onRows = groups.filter((group) => !onCells.includes(group))

  const found = searchRows(shelves, spec)
  const sets = onRows.map((group) => groupRows(shelves, spec.entity, group))
  /** Rows that pass the search and every row group but those about `skipped` alone; null = all alive. */
  const base = (skipped: string | null): Bitmap | null => {
    const taken = sets.filter((_, i) => skipped === null || !isOnlyAbout(onRows[i] as Group, skipped))
    const all = found ? [found, ...taken] : taken
    if (all.length === 0) return null
    const [first, ...rest] = all
    const bits = (first as Bitmap).slice()
    for (const set of rest) andInto(bits, set)
    return bits
  }

  const tables = onCells.map((group) => groupTable(shelf, group))
  const cellTable = (skipped: string | null): Uint8Array<ArrayBuffer> => {
    const all = new Uint8Array(cells.size).fill(1, 1)
    tables.forEach((passes, i) => {
      if (skipped !== null && isOnlyAbout(onCells[i] as Group, skipped)) return
      for (let cell = 0; cell < all.length; cell++) all[cell] = (all[cell] as number) & (passes[cell] as number)
    })
    return all
  }

  const common = base(null)
  const histogram = common && spec.facets.length > 0 ? cells.histogram(common) : null
  const facets: Record<string, Readonly<Record<string, number>>> = {}
  for (const name of spec.facets) {
    const column = cells.names.indexOf(name)
    const passes = cellTable(name)
    const sameBase = !onRows.some((group) => isOnlyAbout(group, name))
    if (column >= 0 && sameBase) facets[name] = cellFacet(shelf, column, passes, histogram ?? cells.counts)
    else facets[name] = rowFacet(shelf, name, withCells(shelf, sameBase ? common : base(name), passes))
  }
  const rows = withCells(shelf, common, cellTable(null))
  return { rows, total: rows === table.alive ? table.count : countBits(rows), facets }
}

const cellColumn = (shelf: Shelf, { field }: ResolvedCondition): number =>
  field.source === 'own' ? shelf.cells.names.indexOf(field.column) : -1

const groupTable = (shelf: Shelf, group: Group): Uint8Array<ArrayBuffer> => {
  const any = new Uint8Array(shelf.cells.size)
  for (const condition of group) {
    const index = cellColumn(shelf, condition)
    const column = shelf.cells.columns[index]
    if (!column) continue
    const passes = shelf.cells.tableOf(index, passingCodes(column, condition))
    for (let cell = 0; cell < any.length; cell++) any[cell] = (any[cell] as number) | (passes[cell] as number)
  }
  return any
}

/** Rows of `base` (null = all alive) whose cell passes. */
const withCells = (shelf: Shelf, base: Bitmap | null, passes: Uint8Array): Bitmap => {
  const { table, cells } = shelf
  const everyCell = passes.subarray(1).every((pass) => pass === 1)
  if (everyCell) return base ?? table.alive
  const bits = cells.rowsIn(passes, table.size)
  if (base) andInto(bits, base)
  return bits
}

const groupRows = (shelves: Shelves, entity: ListEntity, group: Group): Bitmap => {
  const shelf = shelves[entity]
  const bits = bitmapOf(shelf.table.size)
  for (const condition of group)
    orInto(
      bits,
      condition.field.source === 'own' ? conditionRows(shelf.table, condition) : childRows(shelves, shelf, condition),
    )
  return bits
}

/** Children whose account passes; one without an account that is alive has null in each of its account's columns. */
const childRows = (shelves: Shelves, shelf: Shelf, condition: ResolvedCondition): Bitmap => {
  const accounts = shelves.accounts.table
  const passing = conditionRows(accounts, condition)
  const nullPasses = valueTest(condition)(null)
  const parents = shelf.table.link().values
  const bits = bitmapOf(shelf.table.size)
  forEachBit(shelf.table.alive, (row) => {
    const parent = parents[row] as number
    const held = parent >= 0 && accounts.isAlive(parent)
    if (held ? hasBit(passing, parent) : nullPasses) setBit(bits, row)
  })
  return bits
}

/** Rows alive that hold every word of the search; null where nothing is searched for. */
const searchRows = (shelves: Shelves, spec: ListSpec): Bitmap | null => {
  const words = searchWords(spec.search)
  let found: Bitmap | null = null
  for (const word of words) {
    const rows = wordRows(shelves, spec.entity, word)
    if (found) andInto(found, rows)
    else found = rows
  }
  return found
}

const wordRows = (shelves: Shelves, entity: ListEntity, word: string): Bitmap => {
  const { table, search } = shelves[entity]
  const rows = search.find(word, table.alive, table.size)
  if (entity !== 'accounts') return rows
  const contacts = shelves.contacts
  const parents = contacts.table.link().values
  forEachBit(contacts.search.find(word, contacts.table.alive, contacts.table.size), (contact) => {
    const parent = parents[contact] as number
    if (parent >= 0) setBit(rows, parent)
  })
  andInto(rows, table.alive)
  return rows
}

const cellFacet = (
  shelf: Shelf,
  column: number,
  passes: Uint8Array,
  counts: Int32Array,
): Readonly<Record<string, number>> => {
  const { cells } = shelf
  const texts = cells.columns[column]?.texts ?? []
  const byCode = new Float64Array(texts.length + 1)
  for (let cell = 1; cell < cells.size; cell++) {
    if (passes[cell] === 0) continue
    const code = cells.codeAt(column, cell)
    byCode[code] = (byCode[code] as number) + (counts[cell] as number)
  }
  const facet: Record<string, number> = {}
  byCode.forEach((count, code) => {
    if (count === 0) return
    const text = code === 0 ? '' : (texts[code - 1] ?? '')
    facet[text] = (facet[text] ?? 0) + count
  })
  return facet
}

/** A facet of a column that has no cells, or whose own filter is on rows: counts the rows one by one. */
const rowFacet = (shelf: Shelf, name: string, rows: Bitmap): Readonly<Record<string, number>> => {
  const field = requireField(shelf.entity, name)
  const parents = field.source === 'account' ? shelf.table.link().values : null
  const holder = parents ? shelf.accounts : shelf.table
  const column = holder.columns.get(field.column)
  const counts = new Map<number | string | null, number>()
  forEachBit(rows, (row) => {
    let at = row
    if (parents) {
      at = parents[row] as number
      if (at < 0 || !holder.isAlive(at)) at = -1
    }
    const value =
      at < 0 ? null : !column ? holder.ids.text(at) : 'values' in column ? (column.values[at] ?? null) : column.get(at)
    counts.set(value, (counts.get(value) ?? 0) + 1)
  })
  const facet: Record<string, number> = {}
  for (const [value, count] of counts) {
    const text = facetText(column, value)
    facet[text] = (facet[text] ?? 0) + count
  }
  return facet
}

const facetText = (column: Column | undefined, value: number | string | null): string => {
  if (value === null || typeof value === 'string') return value ?? ''
  switch (column?.kind) {
    case 'code':
      return column.text(value) ?? ''
    case 'link':
      return value < 0 ? '' : column.target.text(value)
    case 'int':
      return value === NULL_INT ? '' : column.isDay ? isoDay(value) : String(value)
    default:
      return Number.isNaN(value) ? '' : String(value)
  }
}
