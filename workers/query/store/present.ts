import type { Value } from '../../../core/model/field.ts'
import type { WindowRow } from '../../../core/protocol/query-worker.ts'
import type { Shelf } from './shelf.ts'
import type { Column } from './table.ts'

/** Rows of a list as its reader gets them; a child also shows its account's company. */
export const presentRows = (shelf: Shelf, rows: readonly number[]): readonly WindowRow[] => {
  const { table } = shelf
  const presented = rows.map((row) => {
    const values: Record<string, Value> = {}
    return { id: table.ids.text(row), mark: table.marks.get(row) ?? null, values }
  })
  const fill = (name: string, values: readonly Value[]): void => {
    for (let i = 0; i < values.length; i++)
      (presented[i] as { values: Record<string, Value> }).values[name] = values[i] as Value
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

const valuesOf = (column: Column, rows: readonly number[]): readonly Value[] =>
  column.kind === 'text' ? column.getMany(rows) : rows.map((row) => column.get(row))
