import { OutpostError } from '../../../core/errors.ts'
import type { ListGroup } from '../../../core/protocol/query-worker.ts'
import type { Bitmap } from '../store/bitmap.ts'
import type { CodeColumn } from '../store/columns.ts'
import type { Table } from '../store/table.ts'

/**
 * Adds up a money column over a set of rows, by the values of a coded column, or all together for null.
 *
 * @throws `invalid_request` where a field is not of that kind
 */
export const addUp = (table: Table, rows: Bitmap, by: string | null, money: string): readonly ListGroup[] => {
  const amounts = table.columns.get(money)
  if (amounts?.kind !== 'number') throw new OutpostError('invalid_request', `"${money}" is not money`, { field: money })
  const column = by === null ? null : table.columns.get(by)
  if (column !== null && column?.kind !== 'code')
    throw new OutpostError('invalid_request', `Lists are not grouped by "${by}"`, { field: by })
  const sums = sumByCode(column, amounts.values, rows, table.size)
  if (!column) return sums.map(([, group]) => ({ value: null, ...group }))
  const ranks = column.rankOfCode()
  return sums
    .sort(([a], [b]) => (ranks[a] as number) - (ranks[b] as number))
    .map(([code, group]) => ({ value: column.text(code), ...group }))
}

type Sum = Omit<ListGroup, 'value'>

const sumByCode = (
  column: CodeColumn | null,
  amounts: Float64Array,
  rows: Bitmap,
  size: number,
): [code: number, sum: Sum][] => {
  const groups = (column?.texts.length ?? 0) + 1
  const counts = new Float64Array(groups)
  const sums = new Float64Array(groups)
  const valued = new Float64Array(groups)
  const codes = column?.values ?? new Uint16Array(size)
  const words = Math.min(rows.length, (size + 31) >>> 5)
  for (let i = 0; i < words; i++) {
    let word = rows[i] as number
    while (word !== 0) {
      const row = (i << 5) + 31 - Math.clz32(word & -word)
      word &= word - 1
      const code = codes[row] as number
      counts[code] = (counts[code] as number) + 1
      const amount = amounts[row] as number
      if (Number.isNaN(amount)) continue
      sums[code] = (sums[code] as number) + amount
      valued[code] = (valued[code] as number) + 1
    }
  }
  const found: [number, Sum][] = []
  counts.forEach((count, code) => {
    if (count > 0) found.push([code, { count, sum: sums[code] as number, valued: valued[code] as number }])
  })
  return found
}
