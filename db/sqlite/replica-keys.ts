import type { EntityName } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import type { Db } from './connection.ts'

/**
 * Some columns of the next server rows in table order, to compare records by: each row is the rowid, the id, then the
 * columns. `columns` come from the model.
 */
export const keyPage = (
  db: Db,
  entity: EntityName,
  columns: readonly string[],
  afterRowid: number,
  limit: number,
): readonly (readonly Value[])[] => {
  const list = ['id', ...columns].map((column) => `"${column}"`).join(', ')
  return db
    .prepare<unknown[], Value[]>(`select rowid, ${list} from "${entity}" where rowid > ? order by rowid limit ?`)
    .raw(true)
    .all(afterRowid, limit)
}
