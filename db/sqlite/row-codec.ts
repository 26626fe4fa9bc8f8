import { kindOf, valueFromPg } from '../../core/model/convert.ts'
import { columnsOf, type EntityName } from '../../core/model/entities.ts'
import type { Row, Value } from '../../core/model/field.ts'

/** A row as Postgres text by column, as a shape delivers it; an update holds only the columns that changed. */
export type PgRow = Readonly<Record<string, string | null>>

/** Turns shape rows of one entity into the values of its table, in the model's column order. */
export const rowBinder = (entity: EntityName): ((row: PgRow) => Value[]) => {
  const columns = columnsOf(entity).map((name) => ({ name, kind: kindOf(entity, name) }))
  return (row) => {
    const values: Value[] = new Array(columns.length)
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]
      if (column) values[i] = valueFromPg(column.kind, row[column.name] ?? null)
    }
    return values
  }
}

const isValue = (value: unknown): value is Value =>
  value === null || typeof value === 'string' || typeof value === 'number'

/** A result row of SQLite as a row of the model; null where it has no id or version (a file that something else wrote). */
export const toRow = (found: unknown): Row | null => {
  if (typeof found !== 'object' || found === null) return null
  const values: Record<string, Value> = {}
  for (const [column, value] of Object.entries(found)) values[column] = isValue(value) ? value : null
  const { id, version } = values
  if (typeof id !== 'string') return null
  return { ...values, id, version: typeof version === 'number' ? version : 0 }
}
