import type { EntityName } from '../../core/model/entities.ts'
import { type Db, type Statement, transact } from './connection.ts'
import { renewEpoch } from './replica-changes.ts'
import { createIndexSql, createTableSql } from './replica-schema.ts'

/** `main` is what readers see; `next` is a whole reload that takes its place once it is up to date. */
export type Slot = 'main' | 'next'

/** How far a shape has come, as the replica remembers it. */
export interface ShapeState {
  readonly entity: EntityName
  readonly slot: Slot
  readonly table: string
  /** Electric's handle and offset to go on from; null before the first answer. */
  readonly handle: string | null
  readonly offset: string | null
  readonly received: number
  readonly indexed: boolean
  /** Was up to date at least once: an id that is not here is not there. */
  readonly complete: boolean
}

interface Found {
  table_name: string
  handle: string | null
  offset: string | null
  rows_received: number
  indexed: number
  complete: number
}

/**
 * Page cache while indexes are made, kibibytes: the sorter holds as much again beside all of the index' cells (which it
 * keeps in memory). With half of the writer's usual one a million rows' index took 4% more CPU time and 18 MB less at its peak.
 */
const SORTER_KIB = 16_384

/** The `shapes` table: which table holds which shape, and how far it has come. Only the replica's writer changes it. */
export class ShapeStore {
  readonly #db: Db
  readonly #get: Statement<[string, string], Found>
  readonly #put: Statement<unknown[]>

  constructor(db: Db) {
    this.#db = db
    this.#get = db.prepare('select * from shapes where entity = ? and slot = ?')
    this.#put = db.prepare('insert or replace into shapes values (?, ?, ?, ?, ?, ?, ?, ?)')
  }

  get(entity: EntityName, slot: Slot): ShapeState | null {
    const found = this.#get.get(entity, slot)
    if (!found) return null
    return {
      entity,
      slot,
      table: found.table_name,
      handle: found.handle,
      offset: found.offset,
      received: found.rows_received,
      indexed: found.indexed === 1,
      complete: found.complete === 1,
    }
  }

  put(state: ShapeState): void {
    this.#put.run(
      state.entity,
      state.slot,
      state.table,
      state.handle,
      state.offset,
      state.received,
      state.indexed ? 1 : 0,
      state.complete ? 1 : 0,
    )
  }

  /** The shape's state in a slot, with an empty table made for it where there is none. */
  open(entity: EntityName, slot: Slot): ShapeState {
    const known = this.get(entity, slot)
    if (known) return known
    return transact(this.#db, () => {
      const table = slot === 'main' ? entity : `${entity}__${this.#nextGeneration()}`
      this.#db.exec(createTableSql(entity, table))
      const state = { entity, slot, table, handle: null, offset: null, received: 0, indexed: false, complete: false }
      this.put(state)
      return state
    })
  }

  /** Forgets an unfinished reload and its table. */
  dropNext(entity: EntityName): void {
    const next = this.get(entity, 'next')
    if (!next) return
    transact(this.#db, () => {
      this.#db.exec(`drop table if exists "${next.table}"`)
      this.#db.prepare(`delete from shapes where entity = ? and slot = 'next'`).run(entity)
    })
  }

  /** An empty table again, as before the first answer. */
  empty(entity: EntityName): void {
    transact(this.#db, () => {
      this.#db.exec(`drop table if exists "${entity}"; delete from changes where entity = '${entity}'`)
      this.#db.prepare('delete from shapes where entity = ?').run(entity)
      renewEpoch(this.#db)
    })
    this.open(entity, 'main')
  }

  /** Makes the table's indexes, each in its own transaction, and remembers that they are there. */
  index(state: ShapeState): ShapeState {
    if (state.indexed) return state
    const bornAs = state.slot === 'main' ? this.#bornAs(state.entity) : state.table
    const cachePages = this.#db.pragma('cache_size', { simple: true })
    this.#db.pragma('shrink_memory')
    this.#db.pragma(`cache_size = -${SORTER_KIB}`)
    try {
      for (const sql of createIndexSql(state.entity, state.table, bornAs)) transact(this.#db, () => this.#db.exec(sql))
    } finally {
      this.#db.pragma(`cache_size = ${cachePages}`)
    }
    const indexed = { ...state, indexed: true }
    transact(this.#db, () => this.put(indexed))
    return indexed
  }

  /** Puts the reloaded table in place of the old one, inside the caller's transaction. */
  promote(next: ShapeState): ShapeState {
    const { entity } = next
    this.#db.exec(`drop table if exists "${entity}"; alter table "${next.table}" rename to "${entity}"`)
    this.#db.prepare(`delete from shapes where entity = ?`).run(entity)
    const main: ShapeState = { ...next, slot: 'main', table: entity, complete: true }
    this.put(main)
    return main
  }

  /** A main table that was interrupted before its indexes has them named by itself, or by the reload that it was. */
  #bornAs(entity: EntityName): string {
    const found = this.#db
      .prepare<[string], { name: string }>(`select name from sqlite_master where type = 'index' and tbl_name = ?`)
      .all(entity)
      .find(({ name }) => name.endsWith('_id') && name.startsWith(`${entity}__`))
    return found ? found.name.slice(0, -'_id'.length) : entity
  }

  #nextGeneration(): number {
    const found = this.#db.prepare<[], { value: string }>(`select value from meta where key = 'generation'`).get()
    const generation = Number(found?.value ?? 0) + 1
    this.#db.prepare(`insert or replace into meta values ('generation', ?)`).run(String(generation))
    return generation
  }
}
