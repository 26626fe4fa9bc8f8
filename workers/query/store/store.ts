import type { FeedEntity, ToQueryWorker } from '../../../core/protocol/query-port.ts'
import { FEED_ENTITIES } from '../../../core/protocol/query-port.ts'
import { ACCOUNT_COUNTS } from '../../../core/query/fields.ts'
import type { SortKey } from '../../../core/query/spec.ts'
import { Letters } from '../search/letters.ts'
import type { SearchLimits } from '../search/search-index.ts'
import { ChildCounts } from './child-counts.ts'
import { ChildLists } from './child-lists.ts'
import { type Changes, netChange } from './net-change.ts'
import { OrderCellsKeeper } from './order-cells.ts'
import { pieceBatch, upsertBatch } from './row-batch.ts'
import { Shelf } from './shelf.ts'
import { stageChange, type Touched } from './stage.ts'

/** Rows followed between two chances to pause. */
const ADOPTED_ROWS = 8_192

type ChildEntity = Exclude<FeedEntity, 'accounts'>

export const DEFAULT_LIMITS: SearchLimits = { looseRows: 4_096, changedOwners: 16_384 }

const USUAL_ORDERS: readonly (readonly [FeedEntity, SortKey])[] = [
  ['accounts', { field: 'company', dir: 'asc' }],
  ['accounts', { field: 'updated_at', dir: 'desc' }],
  ['accounts', { field: 'created_at', dir: 'desc' }],
  ['accounts', { field: 'next_action_date', dir: 'asc' }],
  ['accounts', { field: 'deal_value', dir: 'desc' }],
  ['contacts', { field: 'name', dir: 'asc' }],
  ['tasks', { field: 'due_date', dir: 'asc' }],
]

/** Every table, and what ties them: which children an account has, how many, and which letters they bring to it. */
export class Store {
  readonly shelves: Readonly<Record<FeedEntity, Shelf>>
  /** The contacts and tasks of each account. */
  readonly childLists: Readonly<Record<'contacts' | 'tasks', ChildLists>>
  readonly orderCells: Readonly<Record<'contacts' | 'tasks', OrderCellsKeeper>>
  readonly letters: Readonly<Record<'accounts' | 'contacts' | 'tasks', Letters>>
  /** Rises with every change that a query could see, and every fold, which moves rows under open views. */
  revision = 0
  private folding: Generator<undefined, void> | null = null
  private preparing: Generator<undefined, unknown> | null = null
  private readonly counts: Readonly<Record<ChildEntity, ChildCounts>>

  constructor(limits: SearchLimits) {
    const accounts = new Shelf('accounts', null, limits)
    const child = (entity: ChildEntity): Shelf => new Shelf(entity, accounts.table, limits)
    const contacts = child('contacts')
    const tasks = child('tasks')
    const meetings = child('meetings')
    this.shelves = { accounts, contacts, tasks, meetings }
    this.childLists = {
      contacts: new ChildLists(contacts.table, accounts.table),
      tasks: new ChildLists(tasks.table, accounts.table),
    }
    this.orderCells = {
      contacts: new OrderCellsKeeper(contacts, accounts, this.childLists.contacts),
      tasks: new OrderCellsKeeper(tasks, accounts, this.childLists.tasks),
    }
    this.counts = {
      contacts: new ChildCounts(contacts.table, accounts.table, 'contacts_count'),
      tasks: new ChildCounts(tasks.table, accounts.table, 'open_tasks_count'),
      meetings: new ChildCounts(meetings.table, accounts.table, 'meetings_count'),
    }
    this.letters = {
      accounts: new Letters((row, slot, mask) => {
        accounts.search.addLetters(slot, mask)
        this.childLists.contacts.forEach(row, (contact) => contacts.search.addLetters(contact, mask))
      }),
      contacts: new Letters((_, slot, mask) => contacts.search.addLetters(slot, mask)),
      tasks: new Letters((_, slot, mask) => tasks.search.addLetters(slot, mask)),
    }
  }

  /** Stages the rows of a first load; the answer shows them. */
  *stagePiece(piece: Extract<ToQueryWorker, { t: 'piece' }>): Generator<undefined, () => void> {
    const shelf = this.shelves[piece.entity]
    const apply = yield* stageChange(shelf, pieceBatch(shelf.table, piece), [], null)
    return () => this.settle(piece.entity, apply())
  }

  /** Stages a commit over all its tables; the answer shows it whole. */
  *stageCommit(changes: Changes): Generator<undefined, () => void> {
    const applies: (() => void)[] = []
    for (const entity of FEED_ENTITIES) {
      const { upserts, removes } = yield* netChange(entity, changes)
      if (upserts.length + removes.length === 0) continue
      const shelf = this.shelves[entity]
      const batch = upsertBatch(shelf.table, upserts, ACCOUNT_COUNTS)
      const apply = yield* stageChange(shelf, batch, removes, this.lettersOf(entity))
      applies.push(() => this.settle(entity, apply()))
      for (const lists of Object.values(this.childLists)) {
        lists.reserve()
        yield
      }
    }
    return () => {
      for (const apply of applies) apply()
    }
  }

  /** Reads changed cells and letters again, in slices; letters not where they are as many as a first load brings. */
  *catchUp(): Generator<undefined, void> {
    for (const cells of Object.values(this.orderCells)) yield* cells.catchUp()
    for (const letters of Object.values(this.letters)) while (letters.behind && letters.upkeep()) yield
  }

  /** Follows a table whose rows were put in place whole, in slices. */
  *adopted(entity: FeedEntity): Generator<undefined, void> {
    const shelf = this.shelves[entity]
    const { table } = shelf
    shelf.makeRoom()
    for (let from = 0; from < table.size; from += ADOPTED_ROWS) {
      const rows: number[] = []
      const end = Math.min(from + ADOPTED_ROWS, table.size)
      for (let row = from; row < end; row++) if (table.isAlive(row)) rows.push(row)
      for (const row of rows) shelf.cells.file(row)
      shelf.search.changed(rows, table.capacity)
      this.settle(entity, { rows, reworded: rows, recoded: rows, letters: new Map() })
      yield
    }
  }

  /** Does one short piece of upkeep; false when nothing is left to do. */
  upkeep(): boolean {
    return this.tidy() || this.prepareOrders() || this.readOrderCells()
  }

  private tidy(): boolean {
    const { accounts, contacts, tasks } = this.shelves
    for (const shelf of [accounts, contacts, tasks]) {
      if (this.foldOne(shelf)) return true
      if (shelf.search.upkeep(shelf.table.alive, shelf.table.size)) return true
    }
    if (Object.values(this.shelves).some((shelf) => shelf.table.trim())) return true
    if (this.childLists.contacts.upkeep() || this.childLists.tasks.upkeep()) return true
    return Object.values(this.letters).some((letters) => letters.upkeep())
  }

  private readOrderCells(): boolean {
    return USUAL_ORDERS.some(([entity, key]) => {
      if (entity !== 'contacts' && entity !== 'tasks') return false
      return this.orderCells[entity].upkeep(this.shelves[entity].knownOrder([key]))
    })
  }

  /** Does a slice of folding; views of the order hold until it is done. */
  private foldOne(shelf: Shelf): boolean {
    this.folding ??= shelf.unfolded()?.fold(shelf.table.alive) ?? null
    if (!this.folding) return false
    if (this.folding.next().done) {
      this.folding = null
      this.revision++
    }
    return true
  }

  /** Sorts by the usual columns before anybody asks. */
  private prepareOrders(): boolean {
    if (!this.preparing) {
      const missing = USUAL_ORDERS.find(
        ([entity, key]) => this.shelves[entity].table.count > 0 && !this.shelves[entity].knownOrder([key]),
      )
      if (!missing) return false
      this.preparing = this.shelves[missing[0]].prepareOrder([missing[1]])
    }
    if (this.preparing.next().done) this.preparing = null
    return true
  }

  bytesOf(entity: FeedEntity): number {
    let bytes = this.shelves[entity].bytes()
    if (entity === 'accounts') return bytes + this.letters.accounts.bytes()
    bytes += this.counts[entity].bytes()
    if (entity === 'contacts') bytes += this.childBytes('contacts')
    if (entity === 'tasks') bytes += this.childBytes('tasks')
    return bytes
  }

  searchBytesOf(entity: FeedEntity): number {
    return this.shelves[entity].search.bytes() + (this.lettersOf(entity)?.bytes() ?? 0)
  }

  private lettersOf(entity: FeedEntity): Letters | null {
    return entity === 'meetings' ? null : this.letters[entity]
  }

  private childBytes(entity: 'contacts' | 'tasks'): number {
    return this.childLists[entity].bytes() + this.orderCells[entity].bytes() + this.letters[entity].bytes()
  }

  /** A table changed: everything elsewhere that looked at it follows. */
  private settle(entity: FeedEntity, { rows, reworded, recoded, letters }: Touched): void {
    this.revision++
    this.preparing = null
    this.folding = null
    const { accounts, contacts, tasks } = this.shelves
    accounts.makeRoom()
    for (const lists of Object.values(this.childLists)) lists.reserve()
    for (const row of reworded) this.lettersOf(entity)?.changed(row)
    this.lettersOf(entity)?.know(letters)
    if (entity === 'accounts') {
      for (const cells of Object.values(this.orderCells)) cells.accountsChanged(recoded)
      for (const child of [contacts, tasks]) child.forgetOrders((column) => column.startsWith('account.'))
      return
    }
    if (entity !== 'meetings') this.orderCells[entity].changed(rows)
    if (entity === 'contacts') this.settleContacts(rows, new Set(reworded))
    if (entity === 'tasks') for (const row of rows) this.childLists.tasks.update(row)
    const count = this.counts[entity]
    let moved = false
    for (const row of rows) moved = count.recount(row) || moved
    if (!moved) return
    accounts.forgetOrders((column) => column === count.name)
    for (const child of [contacts, tasks]) child.forgetOrders((column) => column === `account.${count.name}`)
  }

  /** Accounts are found by their contacts' words: those that gained, lost or kept a changed contact look again. */
  private settleContacts(rows: readonly number[], reworded: ReadonlySet<number>): void {
    const { search, table } = this.shelves.contacts
    const moved: number[] = []
    for (const row of rows) {
      const before = this.childLists.contacts.parentOf(row)
      const toAnother = this.childLists.contacts.update(row)
      if (!toAnother && !reworded.has(row)) continue
      if (!reworded.has(row)) moved.push(row)
      const now = this.childLists.contacts.parentOf(row)
      search.ownerChanged(row, before, now)
      if (before >= 0) this.letters.accounts.changed(before)
      if (now >= 0 && now !== before) this.letters.accounts.changed(now)
    }
    search.changed(moved, table.capacity)
  }
}
