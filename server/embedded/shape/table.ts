import type pg from 'pg'
import { z } from 'zod'
import type { TableName } from './identifier.ts'

/** A column as the catalog has it. */
export const TableColumn = z.object({
  name: z.string(),
  typeOid: z.number(),
  typeModifier: z.number(),
  /** The type's name; the element's for an array whose dimensions the catalog knows (a copied table's it does not). */
  type: z.string(),
  /** The type below a domain, never an array's. */
  baseType: z.string(),
  dims: z.number(),
  notNull: z.boolean(),
  generated: z.boolean(),
  pkIndex: z.number().nullable(),
})
export type TableColumn = z.infer<typeof TableColumn>

export const Table = z.object({
  oid: z.number(),
  schema: z.string(),
  name: z.string(),
  columns: z.array(TableColumn),
})
export type Table = z.infer<typeof Table>

const SQL = `
  select c.oid::int8::text oid, n.nspname::text schema, c.relname::text "name",
    a.attname::text "column", a.atttypid::int8::text type_oid, a.atttypmod modifier, a.attnotnull not_null,
    a.attgenerated <> '' generated, case when a.attndims > 0 then coalesce(e.typname, t.typname) else t.typname end::text type,
    case when t.typcategory = 'A' then 'array' else coalesce(b.typname, t.typname) end::text base_type,
    case when t.typcategory = 'A' then a.attndims else 0 end dims,
    array_position(i.indkey::int2[], a.attnum) pk_index
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
  left join pg_type b on b.oid = t.typbasetype and t.typtype = 'd'
  left join pg_index i on i.indrelid = c.oid and i.indisprimary
  where c.relkind = 'r' and c.relpersistence = 'p'`

type CatalogRow = {
  oid: string
  schema: string
  name: string
  column: string
  type_oid: string
  modifier: number
  not_null: boolean
  generated: boolean
  type: string
  base_type: string
  dims: number
  pk_index: number | null
}

function tablesOf(rows: readonly CatalogRow[]): Table[] {
  const tables = new Map<string, Table>()
  for (const row of rows) {
    const table = tables.get(row.oid) ?? { oid: Number(row.oid), schema: row.schema, name: row.name, columns: [] }
    tables.set(row.oid, table)
    table.columns.push({
      name: row.column,
      typeOid: Number(row.type_oid),
      typeModifier: row.modifier,
      type: row.type,
      baseType: row.base_type,
      dims: row.dims,
      notNull: row.not_null,
      generated: row.generated,
      pkIndex: row.pk_index,
    })
  }
  return [...tables.values()]
}

/** Reads a table from the catalog; `null` when there is no such permanent table. */
export async function loadTable(client: pg.Client | pg.Pool, name: TableName): Promise<Table | null> {
  const { rows } = await client.query<CatalogRow>(`${SQL} and n.nspname = $1 and c.relname = $2 order by a.attnum`, [
    name.schema,
    name.name,
  ])
  return tablesOf(rows)[0] ?? null
}

/** Reads the tables with these oids; those that are gone are missing from the answer. */
export async function loadTablesByOid(client: pg.Client | pg.Pool, oids: readonly number[]): Promise<Table[]> {
  const { rows } = await client.query<CatalogRow>(`${SQL} and c.oid::int8 = any($1::int8[]) order by a.attnum`, [oids])
  return tablesOf(rows)
}

/** The primary key's columns in key order; without one, every column. */
export function keyColumns(table: Table): string[] {
  const key = table.columns
    .filter((column) => column.pkIndex !== null)
    .sort((a, b) => (a.pkIndex ?? 0) - (b.pkIndex ?? 0))
  return (key.length > 0 ? key : table.columns).map((column) => column.name)
}

/** What a type modifier means (`pg_type`'s typmodout functions): lengths count a 4-byte header. */
function modifierEntry({ type, typeModifier }: TableColumn): Record<string, number> {
  if (typeModifier < 0) return {}
  switch (type) {
    case 'numeric':
      return { precision: (typeModifier - 4) >> 16, scale: (typeModifier - 4) & 0xffff }
    case 'varchar':
      return { max_length: typeModifier - 4 }
    case 'bpchar':
      return { length: typeModifier - 4 }
    case 'bit':
      return { length: typeModifier }
    case 'varbit':
      return { max_length: typeModifier }
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return { precision: typeModifier }
    default:
      return {}
  }
}

/** The `electric-schema` header of the given columns. */
export function electricSchema(table: Table, columns: readonly string[]): string {
  const wanted = new Set(columns)
  const entries = table.columns
    .filter((column) => wanted.has(column.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((column) => [
      column.name,
      {
        type: column.type,
        ...(column.dims > 0 ? { dims: column.dims } : {}),
        ...modifierEntry(column),
        ...(column.notNull ? { not_null: true } : {}),
        ...(column.pkIndex === null ? {} : { pk_index: column.pkIndex }),
      },
    ])
  return JSON.stringify(Object.fromEntries(entries))
}
