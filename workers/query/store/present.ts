import type { Value } from '../../../core/model/field.ts'
import type { WindowRow } from '../../../core/protocol/query-worker.ts'
import type { Shelf } from './shelf.ts'
import type { Column } from './table.ts'

/** Rows of a list as its reader gets them; a child also shows its account's company. */
export const presentRows = (shelf: Shelf, rows: readonly number[]): readonly WindowRow[] => {
  const { table } = shelf
  const blank: Record<string, Value> = {}
  for (const name of table.columns.keys()) blank[name] = null
  if (shelf.entity !== 'accounts') blank['account.company'] = null
  const presented = table.ids.texts(rows).map((id, i) => ({
    id,
    mark: table.marks.get(rows[i] as number) ?? null,
    // A copy of a row that has every field already is several times quicker than adding them one by one.
    values: { ...blank },
  }))
  const fill = (name: string, values: readonly Value[]): void => {
    for (let i = 0; i < values.length; i++)
      (presented[i] as (typeof presented)[number]).values[name] = values[i] as Value
  }
  for (const [name, column] of table.columns) fill(name, valuesOf(column, rows))
  if (shelf.entity !== 'accounts') {
    const parents = rows.map((row) => table.link().values[row] as number)
    const held = parents.filter((parent) => parent >= 0 && shelf.accounts.isAlive(parent))
    const company = shelf.accounts.columns.get('company')
    const companies = company ? valuesOf(company, held) : []
    const byAccount = new Map(held.map((parent, i) => [parent, companies[i] as Value]))
    fill(
      'account.company',
      parents.map((parent) => byAccount.get(parent) ?? null),
    )
  }
  return presented
}

const valuesOf = (column: Column, rows: readonly number[]): readonly Value[] => {
  if (column.kind === 'text' || column.kind === 'link') return column.getMany(rows)
  return rows.map((row) => column.get(row))
}
