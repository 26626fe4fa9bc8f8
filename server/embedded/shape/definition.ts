import { createHash } from 'node:crypto'
import type { ShapeSpec } from './request.ts'
import { invalid } from './request-error.ts'
import { keyColumns, type Table } from './table.ts'
import { type CheckedWhere, checkWhere } from './where/compile.ts'
import { printWhere } from './where/print.ts'
import { WhereError } from './where/where-error.ts'

/** A shape that fits its table. */
export type ShapeDefinition = {
  readonly spec: ShapeSpec
  readonly table: Table
  /** The columns sent, sorted by name. */
  readonly columns: readonly string[]
  readonly keyColumns: readonly string[]
  readonly where: CheckedWhere | null
}

/** The same for every way of writing one shape, so that its clients share a handle. */
export const shapeKey = (spec: ShapeSpec): string =>
  JSON.stringify([
    spec.table.schema,
    spec.table.name,
    spec.where ? printWhere(spec.where) : null,
    [...spec.params].sort(([a], [b]) => a - b),
    spec.columns,
    spec.replica,
  ])

/** The first half of a handle: a number drawn from the shape's key. */
export const keyHash = (key: string): number => createHash('sha256').update(key).digest().readUInt32BE(0) & 0x07ff_ffff

/** The complaint about a table that isn't there, or is no permanent table. */
export const noSuchTable = ({ table }: ShapeSpec) =>
  invalid(
    'table',
    `Table "${table.schema}"."${table.name}" does not exist. If the table name contains capitals or special characters you must quote it.`,
  )

function selectColumns(spec: ShapeSpec, table: Table): string[] {
  const all = table.columns.map((column) => column.name)
  const wanted = spec.columns ?? all
  const unknown = wanted.filter((name) => !all.includes(name))
  if (unknown.length > 0)
    throw invalid('columns', `The following columns are not found on the table: ${unknown.join(', ')}`)
  const key = table.columns.filter((column) => column.pkIndex !== null).map((column) => column.name)
  const missing = key.filter((name) => !wanted.includes(name))
  if (missing.length > 0)
    throw invalid('columns', `The list of columns must include all primary key columns, missing: ${missing.join(', ')}`)
  const generated = table.columns.filter((column) => column.generated && wanted.includes(column.name))
  if (generated.length > 0)
    throw invalid(
      'columns',
      `The following columns are generated and cannot be included in the shape: ${generated.map((column) => column.name).join(', ')}. You can exclude them from the shape by explicitly listing which columns to fetch in the 'columns' query param`,
    )
  return [...wanted].sort()
}

/** Checks a shape against its table. Errors: `RequestError` 400 for `columns` and `where`. */
export function defineShape(spec: ShapeSpec, table: Table): ShapeDefinition {
  const columns = selectColumns(spec, table)
  const types = new Map(table.columns.map((column) => [column.name, column.baseType]))
  try {
    const where = spec.where ? checkWhere(spec.where, types, spec.params) : null
    return { spec, table, columns, keyColumns: keyColumns(table), where }
  } catch (error) {
    if (error instanceof WhereError) throw invalid('where', error.message)
    throw error
  }
}
