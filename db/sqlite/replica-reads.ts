import { CHILD_ENTITIES, columnsOf, ENTITY_NAMES, type EntityName, listColumnsOf } from '../../core/model/entities.ts'
import type { Row, Value } from '../../core/model/field.ts'
import type { Db, Statement } from './connection.ts'
import { columnList } from './replica-schema.ts'
import { toRow } from './row-codec.ts'
import { type ShapeState, ShapeStore } from './shape-store.ts'

/** A stretch of an entity's rows in table order, list columns only: the first cell is the rowid. */
export interface RawPage {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Value[])[]
}

/** A row with the rowid that tells where a page scan meets it. */
export interface PlacedRow {
  readonly rowid: number
  readonly row: Row
}

export type ChildEntity = (typeof CHILD_ENTITIES)[number]

/** Reads of replica.db: server rows only, never a pending edit. Works on a read-only connection. */
export class ReplicaReads {
  readonly #db: Db
  readonly #shapes: ShapeStore
  readonly #statements = new Map<string, Statement<unknown[], unknown>>()

  constructor(db: Db) {
    this.#db = db
    this.#shapes = new ShapeStore(db)
  }

  shape(entity: EntityName): ShapeState | null {
    return this.#shapes.get(entity, 'main')
  }

  row(entity: EntityName, id: string): Row | null {
    return toRow(this.#statement(`select ${columnList(entity)} from "${entity}" where id = ?`).get(id))
  }

  placed(entity: EntityName, id: string): PlacedRow | null {
    const found = this.#statement(`select rowid as "rowid", ${columnList(entity)} from "${entity}" where id = ?`).get(
      id,
    )
    const row = toRow(found)
    return row ? { rowid: Number(row['rowid']), row } : null
  }

  /** The row at a place, if it is the record's: for a table that has no index yet. */
  rowAt(entity: EntityName, rowid: number, id: string): Row | null {
    return toRow(
      this.#statement(`select ${columnList(entity)} from "${entity}" where rowid = ? and id = ?`).get(rowid, id),
    )
  }

  /** Every rowid with its id, in table order. */
  *places(entity: EntityName): Generator<{ readonly rowid: number; readonly id: string }> {
    for (const found of this.#db.prepare<[], [number, Value]>(`select rowid, id from "${entity}"`).raw(true).iterate())
      yield { rowid: found[0], id: String(found[1]) }
  }

  /** Children of an account, unordered. */
  childrenOf(entity: ChildEntity, accountId: string): readonly Row[] {
    return this.#rows(`select ${columnList(entity)} from "${entity}" where account_id = ?`, accountId)
  }

  all(entity: EntityName): readonly Row[] {
    return this.#rows(`select ${columnList(entity)} from "${entity}"`)
  }

  /** Every row once, in table order, without holding them all. */
  *each(entity: EntityName): Generator<Row> {
    for (const found of this.#db.prepare(`select ${columnList(entity)} from "${entity}"`).iterate()) {
      const row = toRow(found)
      if (row) yield row
    }
  }

  /** The next rows after `afterRowid`, list columns only. */
  page(entity: EntityName, afterRowid: number, limit: number): RawPage {
    const columns = listColumnsOf(entity)
    const list = columns.map((column) => `"${column}"`).join(', ')
    const rows = this.#statement(
      `select rowid, ${list} from "${entity}" where rowid > ? order by rowid limit ?`,
      true,
    ).all(afterRowid, limit) as Value[][]
    return { columns, rows }
  }

  count(entity: EntityName): number {
    const found = this.#statement(`select count(*) as n from "${entity}"`).get()
    return typeof found === 'object' && found !== null && 'n' in found ? Number(found.n) : 0
  }

  /** Ids of the children of an account in some entities, for hiding them with it. */
  childIds(
    accountId: string,
    entities: readonly ChildEntity[] = CHILD_ENTITIES,
  ): readonly { readonly entity: EntityName; readonly id: string }[] {
    return entities.flatMap((entity) => this.childrenOf(entity, accountId).map((row) => ({ entity, id: row.id })))
  }

  /** The columns of every entity's table are the model's: else the file is another build's and must be fetched again. */
  fitsModel(): boolean {
    return ENTITY_NAMES.every((entity) => {
      const found = this.#db.pragma(`table_info("${entity}")`)
      const names = Array.isArray(found) ? found.map((column: { name: string }) => column.name) : []
      return names.length === 0 || names.join() === columnsOf(entity).join()
    })
  }

  #rows(sql: string, ...params: unknown[]): readonly Row[] {
    return this.#statement(sql)
      .all(...params)
      .map(toRow)
      .filter((row) => row !== null)
  }

  #statement(sql: string, raw = false): Statement<unknown[], unknown> {
    const known = this.#statements.get(sql)
    if (known) return known
    const made = this.#db.prepare<unknown[], unknown>(sql)
    if (raw) made.raw(true)
    this.#statements.set(sql, made)
    return made
  }
}
