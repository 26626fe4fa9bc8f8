import { type AppError, toAppError } from '../../core/errors.ts'
import type { ListChange, ListSummary, WindowRow } from '../../core/protocol/query-worker.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import { attempt } from '../../core/result.ts'
import { type FirstScreen, followFirstRows } from './first-screen.ts'
import type { OpenList, QueryClient } from './query-client.ts'
import { FIRST_ROWS } from './query-list.ts'

export interface ListSnapshot extends ListSummary {
  /** The open list at the query worker; null until the first answer, and while the rows are the disk's. */
  readonly list: OpenList | null
  /** The query whose rows are shown. */
  readonly spec: ListSpec | null
  /**
   * The columns are being loaded, and the rows are the first ones, from disk: `total` is their number, how many there are
   * is not known.
   */
  readonly counting: boolean
  /** A newer query was asked a while ago and is not answered yet; the rows are the former one's. */
  readonly opening: boolean
  readonly error: AppError | null
}

interface Block {
  readonly rows: readonly WindowRow[]
  readonly revision: number
}

/** Rows fetched together. */
const BLOCK_ROWS = FIRST_ROWS
const KEPT_BLOCKS = 48
/** A query that is answered sooner is not told as asked: the list would be drawn once more for every key. Milliseconds. */
const OPENING_AFTER_MS = 150
/**
 * So long after a query, changes of its rows wait: whoever types one letter after the other has fresh rows with each, and
 * a change that is drawn in between would cost the next letter a frame. Milliseconds.
 */
const CALM_AFTER_MS = 200

/** Runs `work` in a while; answers what stops it. */
export type Later = (delayMs: number, work: () => void) => () => void

const byTimer: Later = (delayMs, work) => {
  const timer = setTimeout(work, delayMs)
  return () => clearTimeout(timer)
}

const EMPTY: ListSnapshot = {
  list: null,
  spec: null,
  counting: false,
  opening: false,
  error: null,
  total: 0,
  facets: {},
  loaded: 0,
  complete: false,
}

/**
 * One list on screen: the newest query wins, its rows are fetched in blocks around the visible range, answers to
 * older queries are dropped, and rows that changed stay visible until their successors are here. While the worker loads
 * its columns the first rows come from disk, in their places (rule L-16).
 */
export const createListSession = (
  client: Pick<QueryClient, 'open' | 'isWhole'>,
  screen: FirstScreen,
  later: Later = byTimer,
) => {
  let snapshot = EMPTY
  let blocks = new Map<number, Block>()
  let range = { first: 0, last: BLOCK_ROWS - 1 }
  let opening = new AbortController()
  /** The last query is not answered yet, nor late. */
  let underWay = false
  let cancelOpening: () => void = () => {}
  /** The query that was asked last; null when none is open or under way. */
  let asked: string | null = null
  let revision = 0
  let fetching = false
  /** No query was asked a moment ago: changes are told at once. */
  let calm = true
  /** The shown list changed while it was not calm. */
  let changeWaits = false
  let cancelHold: () => void = () => {}
  const listeners = new Set<() => void>()

  const publish = (change: Partial<ListSnapshot>): void => {
    snapshot = { ...snapshot, ...change }
    for (const listener of listeners) listener()
  }

  const wanted = (): { from: number; to: number } | null => {
    const lastBlock = Math.ceil(snapshot.total / BLOCK_ROWS) - 1
    const to = Math.min(lastBlock, Math.floor(range.last / BLOCK_ROWS))
    const missing = (block: number): boolean => blocks.get(block)?.revision !== revision
    let first = Math.max(0, Math.floor(range.first / BLOCK_ROWS))
    while (first <= to && !missing(first)) first++
    if (first > to) return null
    let last = to
    while (last > first && !missing(last)) last--
    return { from: first, to: last }
  }

  const store = (from: number, rows: readonly WindowRow[], count: number, asOf: number): void => {
    for (let offset = 0; offset < count; offset += BLOCK_ROWS)
      blocks.set((from + offset) / BLOCK_ROWS, { rows: rows.slice(offset, offset + BLOCK_ROWS), revision: asOf })
    if (blocks.size <= KEPT_BLOCKS) return
    const middle = (range.first + range.last) / 2 / BLOCK_ROWS
    for (const block of blocks.keys()) if (Math.abs(block - middle) > KEPT_BLOCKS / 2) blocks.delete(block)
  }

  const pump = async (): Promise<void> => {
    const { list } = snapshot
    const need = wanted()
    if (fetching || !list || !need) return
    fetching = true
    const asOf = revision
    const from = need.from * BLOCK_ROWS
    const count = (need.to - need.from + 1) * BLOCK_ROWS
    const answer = await attempt(() => list.rows(from, count))
    fetching = false
    if (snapshot.list !== list) return void pump()
    if (!answer.ok) return publish({ error: answer.error })
    store(from, answer.value, count, asOf)
    // An answer that is to take their place is drawn at once; where it is late, they are drawn when it is told as such.
    if (!underWay) publish({ error: null })
    void pump()
  }

  const answered = (): void => {
    cancelOpening()
    underWay = false
  }

  const changed = (list: OpenList, change: ListChange): void => {
    if (snapshot.list !== list) return
    changeWaits = !calm
    if (changeWaits) return
    revision++
    const { total, facets, loaded, complete } = change
    snapshot = { ...snapshot, total, facets, loaded, complete }
    // Rows that are looked at come first, and all is drawn at once.
    if (wanted()) void pump()
    else publish({})
  }

  /** Holds changes back for a moment, from now on. */
  const holdChanges = (): void => {
    cancelHold()
    calm = false
    cancelHold = later(CALM_AFTER_MS, () => {
      calm = true
      const { list } = snapshot
      if (list && changeWaits) changed(list, list.latest())
    })
  }

  const rowAt = (index: number): WindowRow | undefined =>
    blocks.get(Math.floor(index / BLOCK_ROWS))?.rows[index % BLOCK_ROWS]

  /** Puts another list's rows in the place of those that are shown. */
  const replace = (list: OpenList | null, spec: ListSpec, from: number, rows: readonly WindowRow[]): void => {
    answered()
    if (snapshot.list !== list) snapshot.list?.close()
    if (snapshot.spec !== spec) range = { first: 0, last: BLOCK_ROWS - 1 }
    blocks = new Map()
    changeWaits = false
    revision++
    store(from, rows, Math.max(BLOCK_ROWS, rows.length), revision)
    const { total, facets, loaded, complete } = list?.latest() ?? { ...EMPTY, total: rows.length }
    publish({ list, spec, counting: list === null, opening: false, error: null, total, facets, loaded, complete })
    void pump()
  }

  return {
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: (): ListSnapshot => snapshot,

    /**
     * Shows another query; one that is shown or asked already is left alone. The rows on screen stay until the first window
     * of the new one is here.
     */
    async open(spec: ListSpec): Promise<void> {
      const key = JSON.stringify(spec)
      if (key === asked) return
      asked = key
      opening.abort()
      opening = new AbortController()
      const { signal } = opening
      holdChanges()
      cancelOpening()
      underWay = true
      cancelOpening = later(OPENING_AFTER_MS, () => {
        underWay = false
        publish({ opening: true })
      })
      let list: OpenList | null = null
      let [changedSince, filling, diskAsked, diskEmpty] = [false, false, false, false]
      let stopDisk: (() => void) | undefined
      const adopt = (opened: OpenList, from: number, rows: readonly WindowRow[]): void => {
        stopDisk?.()
        replace(opened, spec, from, rows)
        if (changedSince) changed(opened, opened.latest())
      }
      const askDisk = (): void => {
        diskAsked = true
        stopDisk = followFirstRows(screen, spec, (rows) => {
          if (rows !== null && rows.length > 0) return replace(null, spec, 0, rows)
          if (snapshot.spec === spec) return
          stopDisk?.()
          diskEmpty = true
          if (list) adopt(list, 0, list.firstRows())
        })
      }
      /** The columns are there: the rows that are looked at are fetched, and take the place of the disk's all at once. */
      const fill = async (opened: OpenList): Promise<void> => {
        if (filling) return
        filling = true
        const from = Math.max(0, Math.floor(range.first / BLOCK_ROWS)) * BLOCK_ROWS
        const answer = await attempt(() => opened.rows(from, 2 * BLOCK_ROWS, signal))
        filling = false
        if (signal.aborted) return
        if (answer.ok) adopt(opened, from, answer.value)
        else publish({ error: answer.error })
      }
      const onChange = (change: ListChange): void => {
        if (list && snapshot.list === list) {
          changed(list, change)
          return
        }
        changedSince = true
        if (list && change.complete) void fill(list)
      }
      signal.addEventListener('abort', () => {
        stopDisk?.()
        if (list && snapshot.list !== list) list.close()
      })
      if (!client.isWhole(spec.entity)) askDisk()
      try {
        list = await client.open(spec, onChange, signal)
        if (signal.aborted) return list.close()
        if (list.latest().complete || diskEmpty) adopt(list, 0, list.firstRows())
        else if (!diskAsked) askDisk()
      } catch (thrown) {
        list?.close()
        if (signal.aborted) return
        answered()
        publish({ opening: false, error: toAppError(thrown) })
      }
    },

    /** Tells which rows are on screen. */
    show(first: number, last: number): void {
      range = { first, last }
      void pump()
    },

    /** The row at a position; undefined while it is not here. */
    rowAt,

    /** Those of the rows `start` … `start + count - 1` that are here. */
    rows: async (start: number, count: number): Promise<readonly WindowRow[]> =>
      Array.from({ length: count }, (_, i) => rowAt(start + i)).filter((row) => row !== undefined),

    /** Lets the worker forget the list. `open` may be called again. */
    close(): void {
      opening.abort()
      answered()
      cancelHold()
      calm = true
      asked = null
      snapshot.list?.close()
      blocks = new Map()
      snapshot = EMPTY
    },
  }
}

export type ListSession = ReturnType<typeof createListSession>
