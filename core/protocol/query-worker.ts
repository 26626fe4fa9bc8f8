import type { Value } from '../model/field.ts'
import type { Facets, ListSpec } from '../query/spec.ts'
import type { Mark } from './outbox.ts'

/**
 * A row of a list window: the list columns in row form, and its mark. Rows of contacts and tasks also carry
 * `account.company` (null while the parent is not here): lists show whose they are.
 */
export interface WindowRow {
  readonly id: string
  readonly mark: Mark | null
  readonly values: Readonly<Record<string, Value>>
}

/** What the list shows about a query as a whole. */
export interface ListSummary {
  readonly total: number
  readonly facets: Facets
  /** Rows loaded so far of the entity, and whether that is all of them. */
  readonly loaded: number
  readonly complete: boolean
}

/** What opening a list answers. */
export interface OpenedList extends ListSummary {
  readonly list: number
  /** Its first rows, as many as were asked for, fewer at its end. */
  readonly rows: readonly WindowRow[]
}

/** The list changed: totals as of `revision`; fetch the windows on screen again. */
export interface ListChange extends ListSummary {
  readonly revision: number
}

/** The rows of a list that share a value: a column of a pipeline board. */
export interface ListGroup {
  /** The shared value; null for the rows without one, and for the one group of a list that is not grouped. */
  readonly value: string | null
  readonly count: number
  /** Cents, over the rows that have the money field. Their number is `valued`; the average is `sum / valued`. */
  readonly sum: number
  readonly valued: number
}

/**
 * The query worker over Comlink. Errors are thrown as `OutpostError` and keep their code through the transfer handlers
 * of `renderer/data` and `workers/query`.
 */
export interface QueryApi<Port = unknown> {
  /** Takes the line to the sync process; a second call replaces the first (the sync process restarted). */
  connect(port: Port): void
  /**
   * Opens a list; the answer is complete for the rows loaded so far, and brings the list's first `count` rows (none unless
   * asked for), so that a key costs one way there and back. `onChange` fires after commits that touch it.
   */
  open(spec: ListSpec, onChange: (change: ListChange) => void, count?: number): Promise<OpenedList>
  rows(list: number, start: number, count: number): Promise<readonly WindowRow[]>
  /** Ids of the rows between two positions, both included, in list order (shift-select). */
  idsBetween(list: number, from: number, to: number): Promise<readonly string[]>
  /** Where a record stands in the list; -1 where it does not. */
  indexOf(list: number, id: string): Promise<number>
  /**
   * Adds up a money field over the rows of a list, grouped by a coded field (a code, a reference, or a text that repeats),
   * or all together for `by` null. Groups come in the order of their values, null last.
   */
  groups(list: number, by: string | null, money: string): Promise<readonly ListGroup[]>
  close(list: number): void
  /** Memory and counts, for settings and benches. */
  stats(): Promise<{ readonly rows: Record<string, number>; readonly bytes: number }>
}

/** What the worker offers beside its lists. */
export interface QueryWorkerApi<Port = unknown> extends QueryApi<Port> {
  /** Answers to `openInto` are to be left in `box` from now on (`answer-box.ts`). */
  answerInto(box: SharedArrayBuffer): void
  /**
   * `open` whose answer is left in the box, as the one to `call`, and is null then; where the box has no room, it is the
   * answer itself. The next one takes its place in the box.
   */
  openInto(call: number, ...asked: Required<Parameters<QueryApi['open']>>): Promise<OpenedList | null>
}
