import { FEED_ENTITIES } from '../../../core/protocol/query-port.ts'
import type { Shelf } from '../store/shelf.ts'
import type { Store } from '../store/store.ts'
import type { Column, Table } from '../store/table.ts'
import { savedColumns } from './layout.ts'
import { arraySection, jsonSection, type Section } from './sections.ts'

/**
 * Every table's rows as sections, not copied: they are what they say until the next change is staged. Orders are among
 * them, since sorting takes longer than all the rest of a load; indexes and counts, made again in no time, are not.
 */
export const storeSections = (store: Store): readonly Section[] =>
  FEED_ENTITIES.flatMap((entity) => [
    ...tableSections(store.shelves[entity].table),
    ...orderSections(store.shelves[entity]),
  ])

const orderSections = (shelf: Shelf): readonly Section[] => {
  const orders = shelf.settledOrders()
  return [
    jsonSection(
      `${shelf.entity}.orders`,
      orders.map(({ sort }) => sort),
    ),
    ...orders.map(({ rows }, n) => arraySection(`${shelf.entity}.order-${n}`, rows)),
  ]
}

const tableSections = (table: Table): readonly Section[] => {
  const { entity, size } = table
  return [
    jsonSection(entity, { slots: size, hidden: table.hiddenSlots, marks: [...table.marks] }),
    arraySection(`${entity}.id`, table.ids.words.subarray(0, size * 4)),
    arraySection(`${entity}.alive`, table.alive.subarray(0, (size + 31) >>> 5)),
    ...savedColumns(table).flatMap(([name, column]) => columnSections(`${entity}.${name}`, column, size)),
  ]
}

const columnSections = (name: string, column: Column, slots: number): readonly Section[] => {
  switch (column.kind) {
    case 'number':
    case 'int':
    case 'link':
      return [arraySection(name, column.values.subarray(0, slots))]
    case 'code':
      return [jsonSection(`${name}.texts`, column.texts), arraySection(name, column.values.subarray(0, slots))]
    case 'text':
      return [
        arraySection(`${name}.bytes`, column.bytesUsed()),
        arraySection(`${name}.starts`, column.starts.subarray(0, slots)),
        arraySection(`${name}.lengths`, column.lengths.subarray(0, slots)),
      ]
  }
}
