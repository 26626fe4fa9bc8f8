import { columnsOf, type EntityName } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import type { ShapeMessage } from '../../core/sync/shape-message.ts'
import { messageDecision } from '../../core/sync/version-guard.ts'
import { type Db, type Statement, transact } from './connection.ts'
import { renewEpoch } from './replica-changes.ts'
import { columnList } from './replica-schema.ts'
import { type PgRow, rowBinder } from './row-codec.ts'
import { idKey } from './row-map.ts'
import { type ShapeState, ShapeStore, type Slot } from './shape-store.ts'
import { SnapshotScanner, UnfamiliarBody } from './snapshot-scanner.ts'

/** The shape sent something that cannot be applied to what is here: only a whole reload helps. */
export class ShapeBroken extends Error {}

/** Where the rows of a first load went: one after the other from `firstRowid`, each by `idKey` of its id. */
export interface Placed {
  readonly firstRowid: number
  readonly keys: Uint32Array
}

/** What one body did. */
export interface Applied {
  readonly state: ShapeState
  /** Ids whose row changed, came or went; first-load rows are not listed but counted in `appended`. */
  readonly changed: readonly string[]
  readonly appended: number
  /** The appended rows' places, while the table that is read has no index to find them by. */
  readonly placed: Placed | null
  /** A reload took the place of the old rows; `changed` is null-like empty when too much changed to list. */
  readonly swapped: 'no' | 'listed' | 'whole'
}

/** Where a body leads, by its headers. */
export interface BodyEnd {
  readonly handle: string
  readonly offset: string
  /** It reached the end of the log. */
  readonly upToDate: boolean
}

const decoder = new TextDecoder()

/**
 * Rows of a first load that one statement inserts: more only cost more (measured: 1, 2, 4, 6, 8, 32). Their values are
 * arguments of their own, since taking each from an array is a tenth of an insert.
 */
const GROUP_ROWS = 6

/** Past this many differing rows a swap is told as "everything changed". */
const LISTED_SWAP = 20_000
/** Changes kept where no column snapshot lets them go: with more, a load from the rows is as fast. */
const KEPT_CHANGES = 200_000
const PRUNE_EVERY = 50_000

/** Gathers the keys of the rows of one body. */
class Places {
  #keys = new Uint32Array(1_024)
  #size = 0

  add(id: unknown): void {
    if (this.#size === this.#keys.length) {
      const grown = new Uint32Array(this.#size * 2)
      grown.set(this.#keys)
      this.#keys = grown
    }
    this.#keys[this.#size++] = idKey(typeof id === 'string' ? id : '')
  }

  keys(): Uint32Array {
    return this.#keys.slice(0, this.#size)
  }
}

/** The sole writer of one entity's rows. One body = one commit of rows, handle and offset. */
export class ReplicaWriter {
  readonly #db: Db
  readonly #entity: EntityName
  readonly #shapes: ShapeStore
  readonly #bind: (row: PgRow) => ReturnType<ReturnType<typeof rowBinder>>
  readonly #scanner: SnapshotScanner
  readonly #idAt: number
  readonly #statements = new Map<string, Statement<unknown[], { version: number }>>()

  constructor(db: Db, entity: EntityName) {
    this.#db = db
    this.#entity = entity
    this.#shapes = new ShapeStore(db)
    this.#bind = rowBinder(entity)
    this.#scanner = new SnapshotScanner(entity)
    this.#idAt = columnsOf(entity).indexOf('id')
    this.#shapes.open(entity, 'main')
  }

  state(slot: Slot): ShapeState | null {
    return this.#shapes.get(this.#entity, slot)
  }

  /** Starts a reload beside the rows that readers see; with `restart`, an unfinished one is dropped. */
  beginNext(restart: boolean): ShapeState {
    if (restart) this.#shapes.dropNext(this.#entity)
    return this.#shapes.open(this.#entity, 'next')
  }

  /** Removes every row and forgets how far the shape had come. */
  wipe(): void {
    this.#shapes.dropNext(this.#entity)
    this.#shapes.empty(this.#entity)
    this.#statements.clear()
  }

  /**
   * Applies one shape body as it came: rows of a first load go from their bytes into the table, anything else is parsed.
   *
   * @throws ShapeBroken as `apply`
   */
  applyBody(slot: Slot, body: Uint8Array<ArrayBuffer>, at: BodyEnd): Applied {
    const state = this.#shapes.open(this.#entity, slot)
    if (!state.indexed && !at.upToDate)
      try {
        return this.#append(state, body, at)
      } catch (thrown) {
        if (!(thrown instanceof UnfamiliarBody)) throw thrown
      }
    const messages: ShapeMessage[] = JSON.parse(decoder.decode(body))
    return this.apply(slot, messages, at)
  }

  /** Appends a stretch of a snapshot. Nothing of it stays where it throws. */
  #append(before: ShapeState, body: Uint8Array<ArrayBuffer>, { handle, offset }: BodyEnd): Applied {
    const places = new Places()
    const width = columnsOf(this.#entity).length
    const group: Value[] = new Array(width * GROUP_ROWS).fill(null)
    let appended = 0
    let ended = false
    const state = transact(this.#db, () => {
      const insertGroup = this.#insert(before.table, GROUP_ROWS)
      const controls = this.#scanner.scan(body, (values) => {
        places.add(values[this.#idAt])
        const from = (appended++ % GROUP_ROWS) * width
        for (let cell = 0; cell < width; cell++) group[from + cell] = values[cell] ?? null
        if (appended % GROUP_ROWS === 0) insertGroup.run(...group)
      })
      const insert = this.#insert(before.table)
      const rest = (appended % GROUP_ROWS) * width
      for (let from = 0; from < rest; from += width) insert.run(...group.slice(from, from + width))
      ended = controls.some(({ headers }) => headers.control === 'snapshot-end')
      const after = { ...before, handle, offset, received: before.received + appended }
      this.#shapes.put(after)
      return after
    })
    if (ended) return { state: this.#index(state), changed: [], appended, placed: null, swapped: 'no' }
    return { state, changed: [], appended, placed: this.#placed(state, places), swapped: 'no' }
  }

  /** Where the rows just appended went. Rowids of a table that only grows have no gaps. */
  #placed({ slot, table }: ShapeState, places: Places): Placed | null {
    if (slot === 'next') return null
    const keys = places.keys()
    const last = Number(this.#statement(`select max(rowid) as version from "${table}"`).get()?.version ?? 0)
    return { firstRowid: last - keys.length + 1, keys }
  }

  /**
   * Applies one shape body in order.
   *
   * @throws ShapeBroken on an update of a record that is not here, or a snapshot that holds an id twice
   */
  apply(slot: Slot, messages: readonly ShapeMessage[], at: BodyEnd): Applied {
    let state = this.#shapes.open(this.#entity, slot)
    const live = messages.some((message) => message.headers.lsn !== undefined)
    if (live || (at.upToDate && messages.length > 0)) state = this.#index(state)
    const changed: string[] = []
    const places = new Places()
    let appended = 0
    const insert = this.#insert(state.table)
    state = transact(this.#db, () => {
      for (const message of messages) {
        if (message.headers.operation === undefined || !message.value) continue
        if (!state.indexed) {
          insert.run(this.#bind(message.value))
          places.add(message.value['id'])
          appended++
        } else if (this.#change(state.table, message.headers.operation, message.value))
          changed.push(message.value['id'] ?? '')
      }
      if (slot === 'main') this.#note(changed)
      const after: ShapeState = {
        ...state,
        handle: at.handle,
        offset: at.offset,
        received: state.received + appended + (slot === 'next' || !state.complete ? changed.length : 0),
        complete: slot === 'main' ? state.complete || (at.upToDate && state.indexed) : state.complete,
      }
      this.#shapes.put(after)
      return after
    })
    const snapshotEnded = messages.some((message) => message.headers.control === 'snapshot-end')
    if (snapshotEnded || at.upToDate) state = this.#finish(this.#index(state), at.upToDate)
    if (slot === 'next' && at.upToDate) return { ...this.#swap(state), appended, placed: null }
    return { state, changed, appended, placed: state.indexed ? null : this.#placed(state, places), swapped: 'no' }
  }

  #finish(state: ShapeState, upToDate: boolean): ShapeState {
    if (!upToDate || state.complete || state.slot === 'next') return state
    const complete = { ...state, complete: true }
    transact(this.#db, () => this.#shapes.put(complete))
    return complete
  }

  #index(state: ShapeState): ShapeState {
    try {
      return this.#shapes.index(state)
    } catch (thrown) {
      if (thrown instanceof Error && /UNIQUE/.test(String(thrown.cause ?? thrown)))
        throw new ShapeBroken(`${state.table} holds an id twice`)
      throw thrown
    }
  }

  /** Applies one change; answers whether it changed anything. */
  #change(table: string, operation: string, value: PgRow): boolean {
    const id = value['id']
    if (typeof id !== 'string') throw new ShapeBroken(`a message of ${table} has no id`)
    if (operation === 'delete') return this.#statement(`delete from "${table}" where id = ?`).run(id).changes > 0
    const stored = this.#statement(`select version from "${table}" where id = ?`).get(id)?.version ?? null
    const decision = messageDecision(operation, stored, Number(value['version'] ?? 0))
    if (decision === 'drop') return false
    if (decision === 'broken') throw new ShapeBroken(`an update of ${table} names a record that is not here`)
    if (stored === null) this.#insert(table).run(this.#bind(value))
    else this.#update(table, id, value)
    return true
  }

  #insert(table: string, rows = 1): Statement<unknown[], { version: number }> {
    const marks = columnsOf(this.#entity).map(() => '?')
    const values = Array.from({ length: rows }, () => `(${marks.join(', ')})`)
    return this.#statement(`insert into "${table}" (${columnList(this.#entity)}) values ${values.join(', ')}`)
  }

  #update(table: string, id: string, value: PgRow): void {
    const all = columnsOf(this.#entity)
    const bound = this.#bind(value)
    const present = all.map((column, at) => ({ column, at })).filter(({ column }) => column !== 'id' && column in value)
    const sets = present.map(({ column }) => `"${column}" = ?`).join(', ')
    this.#statement(`update "${table}" set ${sets} where id = ?`).run(...present.map(({ at }) => bound[at]), id)
  }

  #statement(sql: string): Statement<unknown[], { version: number }> {
    const known = this.#statements.get(sql)
    if (known) return known
    const made = this.#db.prepare<unknown[], { version: number }>(sql)
    this.#statements.set(sql, made)
    return made
  }

  #note(ids: readonly string[]): void {
    if (ids.length === 0) return
    const insert = this.#statement('insert into changes (entity, id) values (?, ?)')
    let last = 0
    for (const id of ids) last = Number(insert.run(this.#entity, id).lastInsertRowid)
    if (Math.floor(last / PRUNE_EVERY) === Math.floor((last - ids.length) / PRUNE_EVERY)) return
    this.#db.prepare('delete from changes where seq <= ?').run(last - KEPT_CHANGES)
  }

  #swap(next: ShapeState): { state: ShapeState; changed: readonly string[]; swapped: 'listed' | 'whole' } {
    const result = transact(this.#db, () => {
      const changed = this.#difference(next)
      const main = this.#shapes.promote(next)
      if (changed) this.#note(changed)
      else renewEpoch(this.#db)
      return { state: main, changed: changed ?? [], swapped: changed ? ('listed' as const) : ('whole' as const) }
    })
    // Statements of the reload's own table would keep naming a table that is gone.
    this.#statements.clear()
    return result
  }

  /** Ids that differ between the rows in place and the reload; null where that is too many to list. */
  #difference(next: ShapeState): readonly string[] | null {
    const main = this.#shapes.get(this.#entity, 'main')
    if (!main?.indexed) return null
    const left = columnsOf(this.#entity)
    const [m, n] = ['m', 'n'].map((alias) => left.map((column) => `${alias}."${column}"`).join(', '))
    const ids = this.#db
      .prepare<[], { id: string }>(
        `select n.id from "${next.table}" n left join "${main.table}" m on m.id = n.id where (${m}) is not (${n})
         union all
         select m.id from "${main.table}" m left join "${next.table}" n on n.id = m.id where n.id is null
         limit ${LISTED_SWAP + 1}`,
      )
      .all()
    return ids.length > LISTED_SWAP ? null : ids.map(({ id }) => id)
  }
}
