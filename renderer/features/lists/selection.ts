import type { WindowRow } from '../../../core/protocol/query-worker.ts'
import type { OpenList } from '../../data/query-client.ts'

/** Selected records by id, each as it was when it was selected (an edit starts from these values). */
export type Selection = ReadonlyMap<string, WindowRow>

export const NOTHING_SELECTED: Selection = new Map()

/** The most records that one action may take: the bound of one submit. */
export const MAX_SELECTED = 10_000
const CHUNK_ROWS = 1000

/** The selection with one record added or taken out. */
export const toggled = (selection: Selection, row: WindowRow): Selection => {
  const next = new Map(selection)
  if (!next.delete(row.id) && next.size < MAX_SELECTED) next.set(row.id, row)
  return next
}

/** The selection with the rows between two positions added, both included, up to the bound. */
export const withRange = async (
  selection: Selection,
  list: Pick<OpenList, 'rows'>,
  a: number,
  b: number,
): Promise<Selection> => {
  const next = new Map(selection)
  const to = Math.max(a, b)
  for (let from = Math.min(a, b); from <= to && next.size < MAX_SELECTED; from += CHUNK_ROWS)
    for (const row of await list.rows(from, Math.min(CHUNK_ROWS, to - from + 1)))
      if (next.size < MAX_SELECTED) next.set(row.id, row)
  return next
}
