import { kindOf } from '../../core/model/convert.ts'
import { columnsOf, type EntityName, fieldOf } from '../../core/model/entities.ts'

const NUMERIC = new Set(['money', 'int', 'instant', 'bool'])

/** A name as SQL; only names from the model come here. */
const quoted = (name: string): string => `"${name}"`

/** The columns of an entity as an SQL list, in the model's order. */
export const columnList = (entity: EntityName): string => columnsOf(entity).map(quoted).join(', ')

/**
 * The table of an entity's server rows: a rowid table without NOT NULL, foreign keys or a primary key, because shapes
 * arrive in any order and the indexes are made after the first load.
 */
export const createTableSql = (entity: EntityName, table: string): string => {
  const columns = columnsOf(entity).map(
    (column) => `${quoted(column)} ${NUMERIC.has(kindOf(entity, column)) ? 'integer' : 'text'}`,
  )
  return `create table ${quoted(table)} (${columns.join(', ')})`
}

/** Columns with a secondary index: the parents whose children a detail view loads. */
const indexedColumns = (entity: EntityName): readonly string[] =>
  columnsOf(entity).filter((column) => fieldOf(entity, column)?.ref === 'accounts')

/**
 * The indexes of an entity's table, made after its first rows. Their names carry the name that the table was born
 * with, since a table renamed into place keeps its indexes' names.
 */
export const createIndexSql = (entity: EntityName, table: string, bornAs: string): readonly string[] => [
  `create unique index if not exists ${quoted(`${bornAs}_id`)} on ${quoted(table)} (id)`,
  ...indexedColumns(entity).map(
    (column) => `create index if not exists ${quoted(`${bornAs}_${column}`)} on ${quoted(table)} (${quoted(column)})`,
  ),
]
