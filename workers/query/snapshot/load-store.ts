import { z } from 'zod'
import { FEED_ENTITIES, type SnapshotBytes } from '../../../core/protocol/query-port.ts'
import { sortKeySchema } from '../../../core/query/spec.ts'
import type { SearchLimits } from '../search/search-index.ts'
import { hasBit } from '../store/bitmap.ts'
import type { Shelf } from '../store/shelf.ts'
import { Store } from '../store/store.ts'
import type { Table } from '../store/table.ts'
import { savedColumns } from './layout.ts'
import { loadColumn } from './load-column.ts'
import { SectionSource } from './section-source.ts'
import { SnapshotRefused } from './sections.ts'

const tableHead = z.object({
  slots: z.int().min(0),
  hidden: z.array(z.int().min(0)),
  marks: z.array(z.tuple([z.int().min(0), z.enum(['pending', 'refused', 'removed'])])),
})

const sorts = z.array(z.array(sortKeySchema))

/**
 * Builds a store from a snapshot's sections, in slices of a few milliseconds.
 *
 * @throws SnapshotRefused where they contradict each other
 */
export function* loadStore(
  sections: ReadonlyMap<string, SnapshotBytes>,
  limits: SearchLimits,
): Generator<undefined, Store> {
  const source = new SectionSource(sections)
  const store = new Store(limits)
  for (const entity of FEED_ENTITIES) {
    yield* loadTable(source, store.shelves[entity].table, store.shelves.accounts.table)
    yield* store.adopted(entity)
  }
  // After the last table: rows that come in make orders that depend on them be forgotten.
  for (const entity of FEED_ENTITIES) yield* loadOrders(source, store.shelves[entity])
  return store
}

function* loadOrders(source: SectionSource, shelf: Shelf): Generator<undefined, void> {
  const { entity, table } = shelf
  for (const [n, sort] of source.json(`${entity}.orders`, sorts).entries()) {
    const rows = source.words(`${entity}.order-${n}`, table.count)
    if (!(yield* shelf.adoptOrder(sort, rows))) throw new SnapshotRefused(`an order of ${entity}`)
    yield
  }
}

function* loadTable(source: SectionSource, table: Table, accounts: Table): Generator<undefined, void> {
  const { entity } = table
  const { slots, hidden, marks } = source.json(entity, tableHead)
  const nameless = new Set(hidden)
  if (!(yield* table.ids.adopt(source.words(`${entity}.id`, slots * 4), nameless)))
    throw new SnapshotRefused(`an id of ${entity} stands twice`)
  for (const [name, column] of savedColumns(table)) {
    yield
    yield* loadColumn(source, `${entity}.${name}`, column, slots, accounts.size)
  }
  const alive = source.words(`${entity}.alive`, (slots + 31) >>> 5)
  if (hidden.some((slot) => slot >= slots || hasBit(alive, slot)) || beyond(alive, slots))
    throw new SnapshotRefused(`slots of ${entity}`)
  if (marks.some(([slot]) => slot >= slots)) throw new SnapshotRefused(`marks of ${entity}`)
  table.adopt(alive, hidden, marks)
}

/** A bit is set past the last slot. */
const beyond = (bits: Uint32Array, slots: number): boolean =>
  slots % 32 !== 0 && (bits[bits.length - 1] ?? 0) >>> (slots % 32) !== 0
