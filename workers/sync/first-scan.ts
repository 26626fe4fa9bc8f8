import { fieldOf } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import type { ResolvedWhere } from '../../core/query/condition.ts'
import { cellValue, type RowCells, type RowOrder, rowOrder } from '../../core/query/row-order.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import type { Db } from '../../db/sqlite/connection.ts'
import { narrowing } from '../../db/sqlite/narrowing.ts'
import { lastRowid, type ScannedRow, scanRows, wholeRow } from '../../db/sqlite/row-scan.ts'

export interface FirstScanRequest {
  /** Names own columns only, and has no search. */
  readonly spec: ListSpec
  /** The user's calendar day, days since 1970-01-01. */
  readonly today: number
  readonly count: number
  /** Rows that are shown otherwise. */
  readonly withoutIds: readonly string[]
  /** Children of these accounts are hidden. */
  readonly withoutAccounts: readonly string[]
}

/** Rows of the first slice, of which many are kept, and of later ones: some milliseconds, in which nothing else is read. */
const [FIRST_SLICE, LARGEST_SLICE] = [1_024, 32_768]

/**
 * The first rows of a list, out of every row of its table. Only the columns that the list names are read, and the best
 * rows so far rule out most others; in slices, so that other reads have their turn.
 */
export function* firstScan(db: Db, request: FirstScanRequest): Generator<undefined, readonly Row[]> {
  const { spec, count } = request
  const { entity } = spec
  const order = rowOrder(spec, request.today, cellValue)
  const [ids, accounts] = [new Set(request.withoutIds), new Set(request.withoutAccounts)]
  const hides = accounts.size > 0 && fieldOf(entity, 'account_id') !== undefined
  const named = [...order.where.flat(), ...order.sort].map(({ field }) => field.column)
  const columns = [...new Set(['id', ...(hides ? ['account_id'] : []), ...named])]
  const best = new BestRows<ScannedRow>(order, count)
  const end = lastRowid(db, entity)
  let slice = FIRST_SLICE
  for (let after = 0; after < end; after += slice, slice = Math.min(LARGEST_SLICE, slice * 2)) {
    const narrowed = narrowing([...order.where, ...best.bound()])
    for (const row of scanRows(db, entity, columns, [after, after + slice], narrowed))
      if (!ids.has(row.id) && !(hides && accounts.has(String(row['account_id'])))) best.take(row)
    yield
  }
  return best.rows.flatMap((row) => wholeRow(db, entity, row) ?? [])
}

/** The first of the rows that it was given which pass, in order. */
class BestRows<R extends RowCells> {
  readonly rows: R[] = []
  readonly #order: RowOrder
  readonly #count: number

  constructor(order: RowOrder, count: number) {
    this.#order = order
    this.#count = count
  }

  take(row: R): void {
    const last = this.#last
    if ((last && this.#order.compare(row, last) >= 0) || !this.#order.passes(row)) return
    let [low, high] = [0, this.rows.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#order.compare(row, this.rows[middle] as R) < 0) high = middle
      else low = middle + 1
    }
    this.rows.splice(low, 0, row)
    if (this.rows.length > this.#count) this.rows.pop()
  }

  /** What the first sort column of a row must hold to stand before the last one here. */
  bound(): ResolvedWhere {
    const last = this.#last
    const [first] = this.#order.sort
    const value = last && first ? cellValue(last, first.field) : null
    if (!first || value === null) return []
    return [[{ field: first.field, op: first.dir === 'asc' ? 'le' : 'ge', values: [value] }]]
  }

  /** The row that another must stand before to be taken; none while there is room. */
  get #last(): R | undefined {
    return this.rows.length < this.#count ? undefined : this.rows.at(-1)
  }
}
