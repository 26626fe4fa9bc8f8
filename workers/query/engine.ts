import { OutpostError } from '../../core/errors.ts'
import type { Value } from '../../core/model/field.ts'
import { FEED_ENTITIES, type FeedEntity, type ToQueryWorker } from '../../core/protocol/query-port.ts'
import type { ListChange, ListSummary, WindowRow } from '../../core/protocol/query-worker.ts'
import { ACCOUNT_COUNTS } from '../../core/query/fields.ts'
import { LIST_ENTITIES, type ListSpec } from '../../core/query/spec.ts'
import { answer, type Shelves } from './filter/answer.ts'
import type { View } from './order/view.ts'
import { ChildCounts } from './store/child-counts.ts'
import { pieceBatch, type RowBatch, upsertBatch } from './store/row-batch.ts'
import { Shelf, writeColumns } from './store/shelf.ts'
import { Table } from './store/table.ts'

export type Piece = Extract<ToQueryWorker, { t: 'piece' }>
export type Commit = Extract<ToQueryWorker, { t: 'commit' }>

export interface EngineOptions {
  /** The user's calendar day, days since 1970-01-01. */
  readonly today: () => number
  /** Runs `work` soon, once: change notices wait for it, so that many commits make one. At once by default. */
  readonly soon?: (work: () => void) => void
}

export interface EngineStats {
  readonly rows: Record<string, number>
  /** Bytes of every typed array and index; texts apart. */
  readonly bytes: number
  readonly textBytes: number
}

/** Answers list queries from columns. Knows nothing of workers, ports and clocks. */
export interface Engine {
  /** Rows of the first load. */
  applyPiece(piece: Piece): void
  /** Every row that was there at hello has come. */
  loaded(entity: FeedEntity): void
  applyCommit(commit: Commit): void
  /** Opens a list. `onChange` fires after each piece and commit that may touch it. */
  open(spec: ListSpec, onChange?: (change: ListChange) => void): ListSummary & { readonly list: number }
  rows(list: number, start: number, count: number): readonly WindowRow[]
  idsBetween(list: number, from: number, to: number): readonly string[]
  indexOf(list: number, id: string): number
  close(list: number): void
  /** Does one short piece of upkeep that queries do without; false when nothing is left to do. */
  upkeep(): boolean
  /** The calendar day changed: lists with relative days are told. */
  dayChanged(): void
  stats(): EngineStats
}

interface OpenList {
  readonly spec: ListSpec
  readonly onChange: ((change: ListChange) => void) | undefined
  /** The data revision that `view` and `summary` belong to. */
  revision: number
  view: View
  summary: ListSummary
}

export const createEngine = (options: EngineOptions): Engine => {
  const accounts = new Shelf('accounts', null)
  const shelves: Shelves = {
    accounts,
    contacts: new Shelf('contacts', accounts.table),
    tasks: new Shelf('tasks', accounts.table),
  }
  const meetings = new Table('meetings', accounts.table.ids)
  const counts = {
    contacts: new ChildCounts(shelves.contacts.table, accounts.table, 'contacts_count'),
    tasks: new ChildCounts(shelves.tasks.table, accounts.table, 'open_tasks_count'),
    meetings: new ChildCounts(meetings, accounts.table, 'meetings_count'),
  }
  const complete = new Set<FeedEntity>()
  const lists = new Map<number, OpenList>()
  let nextList = 1
  let revision = 0

  const tableOf = (entity: FeedEntity): Table => (entity === 'meetings' ? meetings : shelves[entity].table)

  const compute = (spec: ListSpec): Pick<OpenList, 'view' | 'summary'> => {
    const shelf = shelves[spec.entity]
    const { rows, total, facets } = answer(shelves, spec, options.today())
    return {
      view: shelf.order(spec.sort).view(rows, total),
      summary: { total, facets, loaded: shelf.table.count, complete: complete.has(spec.entity) },
    }
  }

  const current = (number: number): OpenList => {
    const list = lists.get(number)
    if (!list) throw new OutpostError('not_found', 'The list is not open any more.')
    if (list.revision !== revision) {
      Object.assign(list, compute(list.spec))
      list.revision = revision
    }
    return list
  }

  /** Lists of accounts show counts and are found by contacts; children's lists show and ask about their account. */
  const dependsOn = (spec: ListSpec, entity: FeedEntity): boolean =>
    spec.entity === entity || spec.entity === 'accounts' || entity === 'accounts'

  const untold = new Set<FeedEntity>()
  const tellAll = (): void => {
    const touched = [...untold]
    untold.clear()
    for (const [number, list] of lists) {
      if (!list.onChange || !touched.some((entity) => dependsOn(list.spec, entity))) continue
      list.onChange({ ...current(number).summary, revision })
    }
  }
  const tell = (touched: Iterable<FeedEntity>): void => {
    revision++
    const waiting = untold.size > 0
    for (const entity of touched) untold.add(entity)
    if (waiting) return
    if (options.soon) options.soon(tellAll)
    else tellAll()
  }

  /** Follows up a write: counts of children, and the orders of other tables that looked at what changed. */
  const settle = (entity: FeedEntity, rows: readonly number[]): void => {
    if (entity === 'accounts') {
      for (const child of [shelves.contacts, shelves.tasks]) child.forgetOrders((name) => name.startsWith('account.'))
      return
    }
    // A child may have named accounts that are not here yet.
    accounts.makeRoom()
    const count = counts[entity]
    let moved = false
    for (const row of rows) moved = count.recount(row) || moved
    if (!moved) return
    accounts.forgetOrders((name) => name === count.name)
    for (const child of [shelves.contacts, shelves.tasks])
      child.forgetOrders((name) => name === `account.${count.name}`)
  }

  const write = (entity: FeedEntity, batch: RowBatch): void => {
    if (entity !== 'meetings') {
      settle(entity, shelves[entity].write(batch))
      return
    }
    const rows = batch.ids.map((id) => meetings.ids.add(id))
    meetings.reserve()
    writeColumns(meetings, rows, batch)
    settle(entity, rows)
  }

  const remove = (entity: FeedEntity, ids: readonly string[]): void => {
    if (entity !== 'meetings') {
      settle(entity, shelves[entity].remove(ids))
      return
    }
    const rows = ids.map((id) => meetings.ids.find(id)).filter((row) => row >= 0)
    for (const row of rows) meetings.kill(row)
    settle(entity, rows)
  }

  const present = (shelf: Shelf, row: number): WindowRow => {
    const { table } = shelf
    const values: Record<string, Value> = {}
    for (const [name, column] of table.columns) values[name] = column.get(row)
    if (shelf.entity !== 'accounts') {
      const parent = table.link().values[row] as number
      const held = parent >= 0 && accounts.table.isAlive(parent)
      values['account.company'] = held ? accounts.table.value(parent, 'company') : null
    }
    return { id: table.ids.text(row), mark: table.marks.get(row) ?? null, values }
  }

  return {
    applyPiece(piece) {
      write(piece.entity, pieceBatch(tableOf(piece.entity), piece))
      tell([piece.entity])
    },
    loaded(entity) {
      complete.add(entity)
      tell([entity])
    },
    applyCommit(commit) {
      for (const { entity, upserts, removes } of commit.changes) {
        remove(entity, removes)
        write(entity, upsertBatch(tableOf(entity), upserts, ACCOUNT_COUNTS))
      }
      tell(commit.changes.map((change) => change.entity))
    },
    open(spec, onChange) {
      const list: OpenList = { spec, onChange, revision, ...compute(spec) }
      const number = nextList++
      lists.set(number, list)
      return { ...list.summary, list: number }
    },
    rows(number, start, count) {
      const list = current(number)
      return list.view.window(start, count).map((row) => present(shelves[list.spec.entity], row))
    },
    idsBetween(number, from, to) {
      const list = current(number)
      const { ids } = shelves[list.spec.entity].table
      return list.view.window(Math.min(from, to), Math.abs(to - from) + 1).map((row) => ids.text(row))
    },
    indexOf(number, id) {
      const list = current(number)
      const row = shelves[list.spec.entity].table.ids.find(id)
      return row < 0 ? -1 : list.view.indexOf(row)
    },
    close(number) {
      lists.delete(number)
    },
    upkeep() {
      for (const entity of LIST_ENTITIES) {
        if (!shelves[entity].upkeep()) continue
        // Views read the permutation that the fold replaced.
        revision++
        return true
      }
      return false
    },
    dayChanged() {
      tell(LIST_ENTITIES)
    },
    stats() {
      const all = [...LIST_ENTITIES.map((entity) => shelves[entity].table), meetings]
      return {
        rows: Object.fromEntries(FEED_ENTITIES.map((entity) => [entity, tableOf(entity).count])),
        bytes:
          meetings.bytes() +
          LIST_ENTITIES.reduce((bytes, entity) => bytes + shelves[entity].bytes(), 0) +
          Object.values(counts).reduce((bytes, count) => bytes + count.bytes(), 0),
        textBytes: all.reduce((bytes, table) => bytes + table.textBytes(), 0),
      }
    },
  }
}
