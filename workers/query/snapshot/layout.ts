import { sumOf } from '../../../core/protocol/column-snapshot.ts'
import { FEED_ENTITIES } from '../../../core/protocol/query-port.ts'
import { ACCOUNT_COUNTS } from '../../../core/query/fields.ts'
import type { Store } from '../store/store.ts'
import type { Column, Table } from '../store/table.ts'

/**
 * Raised when the bytes of a section, what is derived from rows before they come here, or the order of a sort change
 * their meaning.
 */
const FORMAT = 2

/** The columns that a snapshot holds: counts are counted again. */
export const savedColumns = (table: Table): readonly (readonly [name: string, column: Column])[] =>
  [...table.columns].filter(([name]) => !(ACCOUNT_COUNTS as readonly string[]).includes(name))

/** Names the format, the tables and their columns: a snapshot of another layout cannot be read. */
export const layoutOf = (store: Store): string => {
  const tables = FEED_ENTITIES.map((entity) => {
    const columns = savedColumns(store.shelves[entity].table)
    return [entity, columns.map(([name, column]) => [name, column.kind, column.kind === 'int' && column.isDay])]
  })
  return `${FORMAT}-${sumOf(new Uint8Array(new TextEncoder().encode(JSON.stringify(tables)))).toString(16)}`
}
