import { fieldOf, listColumnsOf } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import type { Mark } from '../../../core/protocol/outbox.ts'
import type { FeedEntity } from '../../../core/protocol/query-port.ts'
import { ACCOUNT_COUNTS, searchFieldsOf } from '../../../core/query/fields.ts'
import { type Bitmap, bitmapOf, clearBit, countBits, grownBits, hasBit, setBit } from './bitmap.ts'
import { CodeColumn, IntColumn, LinkColumn, NumberColumn } from './columns.ts'
import { IdMap } from './id-map.ts'
import { TextColumn } from './text-column.ts'

/** Each growth copies everything: half as much again keeps copies few. `trim` gives back what was too much. */
const GROWTH = 1.5
/** Room that stays after a trim: new rows of the next weeks. */
const SPARE = 1.05

export type Column = NumberColumn | IntColumn | CodeColumn | LinkColumn | TextColumn

/** Texts that hardly repeat; every other text column keeps a dictionary. */
const UNIQUE_TEXTS: readonly string[] = ['phone', 'next_action']

const columnFor = (entity: FeedEntity, name: string, accounts: IdMap): Column => {
  if (name === 'account_id') return new LinkColumn(accounts)
  const kind = fieldOf(entity, name)?.kind ?? 'text'
  switch (kind) {
    case 'money':
    case 'instant':
      return new NumberColumn()
    case 'day':
      return new IntColumn(true)
    case 'int':
    case 'bool':
      return new IntColumn(false)
    case 'text':
      if (entity !== 'meetings' && searchFieldsOf(entity).includes(name)) return new TextColumn()
      return UNIQUE_TEXTS.includes(name) ? new TextColumn() : new CodeColumn(kind)
    default:
      return new CodeColumn(kind)
  }
}

/**
 * The rows of one entity as columns. A row keeps its slot number for ever: a removed one is only no longer alive, and an
 * account that a child names before it has come has a slot that is not alive yet.
 */
export class Table {
  readonly entity: FeedEntity
  readonly ids: IdMap
  readonly columns: ReadonlyMap<string, Column>
  readonly marks = new Map<number, Mark>()
  alive: Bitmap = bitmapOf(0)
  /** Rows alive. */
  count = 0
  capacity = 0
  private readonly hidden: number[] = []

  /** @param accounts the ids of the accounts, which `account_id` points into; absent for the accounts themselves */
  constructor(entity: FeedEntity, accounts?: IdMap) {
    this.entity = entity
    this.ids = new IdMap()
    const names = entity === 'meetings' ? ['account_id'] : listColumnsOf(entity).filter((name) => name !== 'id')
    const columns = new Map(names.map((name) => [name, columnFor(entity, name, accounts ?? this.ids)]))
    if (entity === 'accounts') for (const name of ACCOUNT_COUNTS) columns.set(name, new IntColumn(false))
    this.columns = columns
  }

  /** Slots in use, alive or not. */
  get size(): number {
    return this.ids.size
  }

  /** Slots for values that are not shown yet: never alive, found by no id. Give them back with `returnHidden`. */
  takeHidden(count: number): number[] {
    while (this.hidden.length < count) this.hidden.push(this.ids.addNameless())
    return this.hidden.splice(this.hidden.length - count)
  }
  returnHidden(rows: readonly number[]): void {
    for (const row of rows) this.hidden.push(row)
  }

  /** Slots that wait for values: with no change half staged, every one that no id leads to. */
  get hiddenSlots(): readonly number[] {
    return this.hidden
  }

  /** Makes room for every slot that has been given out. New slots of the accounts' counts hold 0. */
  reserve(): void {
    if (this.size <= this.capacity) return
    for (const _ of this.grow(this.size));
  }

  /** Makes room for so many more rows, in slices: each column is much to copy. */
  *makeRoomFor(more: number): Generator<undefined, void> {
    yield* this.ids.makeRoomFor(more)
    if (this.size + more > this.capacity) yield* this.grow(this.size + more)
  }

  private *grow(size: number): Generator<undefined, void> {
    const capacity = (Math.ceil(size * GROWTH) + 1_055) & ~31
    for (const [name, column] of this.columns) {
      if (column.room >= capacity) continue
      column.fit(capacity)
      if (column.kind === 'int' && (ACCOUNT_COUNTS as readonly string[]).includes(name))
        column.values.fill(0, this.capacity)
      yield
    }
    this.alive = grownBits(this.alive, capacity)
    this.capacity = capacity
  }

  /** Gives back the room that growth took too much of, one column at a time; false when nothing is left to do. */
  trim(): boolean {
    const wanted = (Math.ceil(this.size * SPARE) + 1_055) & ~31
    if (this.capacity > wanted * SPARE) this.capacity = wanted
    for (const column of this.columns.values()) {
      if (column.room <= this.capacity) continue
      column.fit(this.capacity)
      return true
    }
    return this.ids.trim()
  }

  /** Takes the rest of a table whose ids and columns are in place. */
  adopt(alive: Bitmap, hidden: readonly number[], marks: readonly (readonly [row: number, mark: Mark])[]): void {
    this.returnHidden(hidden)
    for (const [row, mark] of marks) this.marks.set(row, mark)
    this.alive = alive
    this.count = countBits(alive)
    this.reserve()
  }

  isAlive(row: number): boolean {
    return hasBit(this.alive, row)
  }
  revive(row: number): void {
    if (this.isAlive(row)) return
    setBit(this.alive, row)
    this.count++
  }
  kill(row: number): void {
    if (!this.isAlive(row)) return
    clearBit(this.alive, row)
    this.count--
    this.marks.delete(row)
  }

  setMark(row: number, mark: Mark | null): void {
    if (mark) this.marks.set(row, mark)
    else if (this.marks.size > 0) this.marks.delete(row)
  }

  value(row: number, column: string): Value {
    return column === 'id' ? this.ids.text(row) : (this.columns.get(column)?.get(row) ?? null)
  }

  /** The column of a name that is known to exist and to be of that kind; for wiring at construction. */
  link(): LinkColumn {
    const column = this.columns.get('account_id')
    if (column?.kind !== 'link') throw new Error(`${this.entity} has no account_id`)
    return column
  }

  bytes(): number {
    let bytes = this.ids.bytes() + this.alive.byteLength
    for (const column of this.columns.values()) bytes += column.bytes()
    return bytes
  }
  textBytes(): number {
    let bytes = 0
    for (const column of this.columns.values()) if (column.kind === 'text') bytes += column.textBytes()
    return bytes
  }
}
