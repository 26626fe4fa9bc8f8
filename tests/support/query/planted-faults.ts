import { Cells } from '../../../workers/query/filter/cells.ts'
import { Order } from '../../../workers/query/order/order.ts'
import type { RowKey } from '../../../workers/query/order/row-key.ts'
import { Letters } from '../../../workers/query/search/letters.ts'
import { SearchIndex } from '../../../workers/query/search/search-index.ts'
import { OrderCellsKeeper } from '../../../workers/query/store/order-cells.ts'
import { Shelf } from '../../../workers/query/store/shelf.ts'

/** Puts a fault into the engine; answers what takes it out again. */
type Plant = () => () => void

/** Replaces a method of a class, private ones too. */
const replace = (
  holder: object,
  name: string,
  wrap: (original: (...args: never[]) => unknown) => unknown,
): (() => void) => {
  const original: unknown = Reflect.get(holder, name)
  if (typeof original !== 'function') throw new Error(`${name} is no method any more: plant this fault elsewhere`)
  Reflect.set(holder, name, wrap(original as (...args: never[]) => unknown))
  return () => Reflect.set(holder, name, original)
}

const nullsFirst = (key: RowKey): RowKey => ({
  ...key,
  compare: (a, b) => {
    const aNull = key.isNull(a)
    return aNull === key.isNull(b) ? key.compare(a, b) : aNull ? -1 : 1
  },
  *digits(rows) {
    const parts = yield* key.digits(rows)
    return [{ digit: (row) => (key.isNull(row) ? 0 : 1), ended: (_row, depth) => depth === 1 }, ...parts]
  },
})

/** Faults of the kind that such an engine gets, by name: the differential fuzz must catch each. */
export const PLANTED: Readonly<Record<string, Plant>> = {
  'off by one where a buffered row joins the order': () =>
    replace(
      Order.prototype,
      'placeOf',
      (original) =>
        function (this: Order, slot: never) {
          return Math.max(0, Number(original.call(this, slot)) - 1)
        },
    ),
  'the first buffered row is lost when the buffer is folded': () =>
    replace(
      Order.prototype,
      'fold',
      (original) =>
        function (this: Order, alive: never) {
          const buffer: Uint32Array = Reflect.get(this, 'buffer')
          Reflect.set(this, 'buffer', buffer.slice(1))
          return original.call(this, alive)
        },
    ),
  'counts of cells are stale after a removal': () => replace(Cells.prototype, 'drop', () => () => undefined),
  'null comes first': () =>
    replace(
      Shelf.prototype,
      'keyOf',
      (original) =>
        function (this: Shelf, key: never) {
          return nullsFirst(original.call(this, key) as RowKey)
        },
    ),
  'a reworded row is found by its old words': () => replace(SearchIndex.prototype, 'changed', () => () => undefined),
  'an account is found by the words of a contact that left it': () =>
    replace(SearchIndex.prototype, 'ownerChanged', () => () => undefined),
  'what an order keeps of a changed child is stale': () =>
    replace(OrderCellsKeeper.prototype, 'changed', () => () => undefined),
  'what an order of children keeps of a changed account is stale': () =>
    replace(OrderCellsKeeper.prototype, 'accountsChanged', () => () => undefined),
  'letters of a changed row are not looked at again': () =>
    replace(Letters.prototype, 'changed', () => () => undefined),
}
