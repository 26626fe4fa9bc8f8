import { OutpostError } from '../../core/errors.ts'
import {
  FEED_ENTITIES,
  type FeedEntity,
  type SnapshotBytes,
  type ToQueryWorker,
} from '../../core/protocol/query-port.ts'
import type { ListChange, ListGroup, ListSummary, WindowRow } from '../../core/protocol/query-worker.ts'
import { LIST_ENTITIES, type ListSpec } from '../../core/query/spec.ts'
import { addUp } from './filter/add-up.ts'
import { answer, matchingRows } from './filter/answer.ts'
import type { View } from './order/view.ts'
import type { SearchLimits } from './search/search-index.ts'
import { layoutOf } from './snapshot/layout.ts'
import { loadStore } from './snapshot/load-store.ts'
import { storeSections } from './snapshot/save-store.ts'
import type { Section } from './snapshot/sections.ts'
import type { Changes } from './store/net-change.ts'
import { presentRows } from './store/present.ts'
import { giveBits, withScratch } from './store/scratch.ts'
import { DEFAULT_LIMITS, Store } from './store/store.ts'

export type Piece = Extract<ToQueryWorker, { t: 'piece' }>
export type Commit = Extract<ToQueryWorker, { t: 'commit' }>

/** Bytes of a snapshot by the names of its sections. */
export type SnapshotSections = ReadonlyMap<string, SnapshotBytes>

export interface EngineOptions {
  /** The user's calendar day, days since 1970-01-01. */
  readonly today: () => number
  /**
   * Runs `work` soon: change notices wait for it, so that many commits make one. `urgent`: whatever came before. At once by
   * default.
   */
  readonly soon?: (work: () => void, urgent: boolean) => void
  readonly limits?: Partial<SearchLimits>
}

export interface EngineStats {
  readonly rows: Record<string, number>
  /** Bytes of every typed array and index; texts apart. */
  readonly bytes: number
  readonly bytesBy: Readonly<Record<FeedEntity, number>>
  /** The part of `bytesBy` that is search indexes. */
  readonly searchBytesBy: Readonly<Record<FeedEntity, number>>
  readonly textBytesBy: Readonly<Record<FeedEntity, number>>
}

/** Answers list queries from columns. Knows nothing of workers, ports and clocks. */
export interface Engine {
  /**
   * Takes a piece or a commit in slices of a few milliseconds; queries between them see nothing of it, and all of it after
   * the last. One at a time, in the order in which they came, and no upkeep in between. A commit that comes in several
   * messages is seen after the last of them.
   */
  stage(message: Piece | Commit): Generator<undefined, void>
  /** Does in slices what a commit leaves that searches would otherwise do, since commits may leave no idle time. */
  catchUp(): Generator<undefined, void>
  /** Names the snapshots that `restore` takes. */
  readonly layout: string
  /** Every row as sections; they hold until the next change is staged. */
  snapshot(): readonly Section[]
  /**
   * Takes a snapshot's rows in place of its own, in slices; queries see none of them before the last.
   *
   * @throws SnapshotRefused, and is as it was
   */
  restore(sections: SnapshotSections): Generator<undefined, void>
  /** Rows of the first load. */
  applyPiece(piece: Piece): void
  /** Every row that was there at hello has come. */
  loaded(entity: FeedEntity): void
  applyCommit(commit: Commit): void
  /** Would opening a list sort so many rows first that other calls should be answered meanwhile? */
  sortsLong(spec: ListSpec): boolean
  /** Sorts as a list wants, in slices. Between them queries may be asked, but nothing may be staged, nor upkeep done. */
  sort(spec: ListSpec): Generator<undefined, void>
  /** Opens a list. `onChange` fires after each piece and commit that may touch it. */
  open(spec: ListSpec, onChange?: (change: ListChange) => void): ListSummary & { readonly list: number }
  /** Total, facets and completeness as they are now. */
  summary(list: number): ListSummary
  rows(list: number, start: number, count: number): readonly WindowRow[]
  idsBetween(list: number, from: number, to: number): readonly string[]
  indexOf(list: number, id: string): number
  /** Adds up money over the rows of a list, by the values of a coded field, or all together for null. */
  groups(list: number, by: string | null, money: string): readonly ListGroup[]
  close(list: number): void
  /** Rows of the list's order that wait to be merged into it: for benches and tests. */
  unmerged(list: number): number
  /** Does one short piece of upkeep that queries do without; false when nothing is left to do. */
  upkeep(): boolean
  /** The calendar day changed: lists with relative days are told. */
  dayChanged(): void
  stats(): EngineStats
}

/** So many rows are sorted within a few milliseconds. */
const SHORT_SORT = 4_096

interface OpenList {
  readonly spec: ListSpec
  readonly onChange: ((change: ListChange) => void) | undefined
  /** The data revision that `view` and `summary` belong to. */
  revision: number
  view: View
  summary: ListSummary
}

export const createEngine = (options: EngineOptions): Engine => {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  let store = new Store(limits)
  const complete = new Set<FeedEntity>()
  const lists = new Map<number, OpenList>()
  let nextList = 1
  /** Rises with what a reader can tell: rows, completeness, the day. */
  let told = 0
  const revision = (): number => store.revision + told

  const compute = (spec: ListSpec): Pick<OpenList, 'view' | 'summary'> =>
    withScratch(
      () => {
        const { view, total, facets } = answer(store, spec, options.today())
        const loaded = store.shelves[spec.entity].table.count
        return { view, summary: { total, facets, loaded, complete: complete.has(spec.entity) } }
      },
      ({ view }) => [view.bits],
    )

  const current = (number: number): OpenList => {
    const list = lists.get(number)
    if (!list) throw new OutpostError('not_found', 'The list is not open any more.')
    if (list.revision !== revision()) {
      giveBits(list.view.bits)
      Object.assign(list, compute(list.spec))
      list.revision = revision()
    }
    return list
  }

  const untold = new Set<FeedEntity>()
  const tellAll = (): void => {
    const touched = [...untold]
    untold.clear()
    for (const [number, list] of lists) {
      if (!list.onChange || !touched.some((entity) => dependsOn(list.spec, entity))) continue
      list.onChange({ ...current(number).summary, revision: revision() })
    }
  }
  const tell = (touched: Iterable<FeedEntity>, urgent = false): void => {
    told++
    const waiting = untold.size > 0
    for (const entity of touched) untold.add(entity)
    if (waiting && !urgent) return
    if (options.soon) options.soon(tellAll, urgent)
    else tellAll()
  }

  /** What came of a commit whose last message did not. */
  let begun: Changes = []

  function* stage(message: Piece | Commit): Generator<undefined, void> {
    if (message.t === 'piece') {
      const apply = yield* store.stagePiece(message)
      apply()
      tell([message.entity])
      return
    }
    const changes = [...begun, ...message.changes]
    begun = message.more ? changes : []
    if (message.more) return
    const apply = yield* store.stageCommit(changes)
    apply()
    tell(changes.map((change) => change.entity))
  }

  function* restore(sections: SnapshotSections): Generator<undefined, void> {
    const loaded = yield* loadStore(sections, limits)
    loaded.revision += store.revision
    store = loaded
    tell(FEED_ENTITIES)
  }

  return {
    stage,
    catchUp: () => store.catchUp(),
    layout: layoutOf(store),
    snapshot: () => storeSections(store),
    restore,
    applyPiece: (piece) => drain(stage(piece)),
    applyCommit: (commit) => drain(stage(commit)),
    loaded(entity) {
      complete.add(entity)
      tell([entity], true)
    },
    sortsLong({ entity, sort }) {
      const shelf = store.shelves[entity]
      return shelf.table.count > SHORT_SORT && !shelf.knownOrder(sort)
    },
    *sort({ entity, sort }) {
      yield* store.shelves[entity].prepareOrder(sort)
    },
    open(spec, onChange) {
      const list: OpenList = { spec, onChange, revision: revision(), ...compute(spec) }
      const number = nextList++
      lists.set(number, list)
      return { ...list.summary, list: number }
    },
    summary: (number) => current(number).summary,
    rows(number, start, count) {
      const list = current(number)
      return presentRows(store.shelves[list.spec.entity], list.view.window(start, count))
    },
    idsBetween(number, from, to) {
      const list = current(number)
      const { ids } = store.shelves[list.spec.entity].table
      return ids.texts(list.view.window(Math.min(from, to), Math.abs(to - from) + 1))
    },
    indexOf(number, id) {
      const list = current(number)
      const row = store.shelves[list.spec.entity].table.ids.find(id)
      return row < 0 ? -1 : list.view.indexOf(row)
    },
    groups(number, by, money) {
      const { spec } = current(number)
      return withScratch(
        () => addUp(store.shelves[spec.entity].table, matchingRows(store, spec, options.today()), by, money),
        () => [],
      )
    },
    close(number) {
      const list = lists.get(number)
      if (list) giveBits(list.view.bits)
      lists.delete(number)
    },
    unmerged(number) {
      const { spec } = current(number)
      return store.shelves[spec.entity].order(spec.sort).buffered
    },
    upkeep: () => store.upkeep(),
    dayChanged: () => tell(LIST_ENTITIES),
    stats() {
      const by = <T>(read: (entity: FeedEntity) => T): Record<FeedEntity, T> => ({
        accounts: read('accounts'),
        contacts: read('contacts'),
        tasks: read('tasks'),
        meetings: read('meetings'),
      })
      const bytesBy = by((entity) => store.bytesOf(entity))
      const textBytesBy = by((entity) => store.shelves[entity].table.textBytes())
      const searchBytesBy = by((entity) => store.searchBytesOf(entity))
      const rows = by((entity) => store.shelves[entity].table.count)
      return { rows, bytes: total(bytesBy), bytesBy, searchBytesBy, textBytesBy }
    },
  }
}

/** Lists of accounts show counts and are found by contacts; children's lists show and ask about their account. */
const dependsOn = (spec: ListSpec, entity: FeedEntity): boolean =>
  spec.entity === entity || spec.entity === 'accounts' || entity === 'accounts'

const drain = (work: Generator<undefined, void>): void => {
  while (!work.next().done);
}

const total = (numbers: Readonly<Record<string, number>>): number =>
  Object.values(numbers).reduce((sum, number) => sum + number, 0)
