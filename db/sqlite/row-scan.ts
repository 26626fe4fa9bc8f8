import type { EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import type { RowCells } from '../../core/query/row-order.ts'
import type { Db } from './connection.ts'
import type { Narrowing } from './narrowing.ts'
import { columnList } from './replica-schema.ts'
import { toRow } from './row-codec.ts'

/** A part of a row, with its place in the table. */
export interface ScannedRow extends RowCells {
  readonly rowid: number
}

/** The last rowid of an entity's table; 0 where it is empty. */
export const lastRowid = (db: Db, entity: EntityName): number =>
  Number(db.prepare(`select coalesce(max(rowid), 0) from "${entity}"`).pluck().get())

/** Some columns, which come from the model, of the rows with a rowid in (`after`, `upTo`]: for looking at many rows. */
export const scanRows = (
  db: Db,
  entity: EntityName,
  columns: readonly string[],
  [after, upTo]: readonly [after: number, upTo: number],
  { sql, values }: Narrowing,
): readonly ScannedRow[] => {
  const list = columns.map((column) => `, "${column}"`).join('')
  return db
    .prepare<unknown[], ScannedRow>(
      `select rowid as "rowid"${list} from "${entity}" where rowid > ? and rowid <= ?${sql}`,
    )
    .all(after, upTo, ...values)
}

/** The whole row that was scanned; null where its place is another's by now. */
export const wholeRow = (db: Db, entity: EntityName, { rowid, id }: ScannedRow): Row | null =>
  toRow(db.prepare(`select ${columnList(entity)} from "${entity}" where rowid = ? and id = ?`).get(rowid, id))
