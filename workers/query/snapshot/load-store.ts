import { z } from 'zod'
import { FEED_ENTITIES, type SnapshotBytes } from '../../../core/protocol/query-port.ts'
import { hasBit } from '../store/bitmap.ts'
import { Store, type StoreLimits } from '../store/store.ts'
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

/**
 * Builds a store from a snapshot's sections, in slices of a few milliseconds.
 *
 * @throws SnapshotRefused where they contradict each other
 */
export function* loadStore(
  sections: ReadonlyMap<string, SnapshotBytes>,
  limits: StoreLimits,
): Generator<undefined, Store> {
  const source = new SectionSource(sections)
  const store = new Store(limits)
  for (const entity of FEED_ENTITIES) {
    yield* loadTable(source, store.shelves[entity].table, store.shelves.accounts.table)
    yield* store.adopted(entity)
  }
  return store
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
