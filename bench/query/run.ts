import type { ListSpec } from '../../core/query/spec.ts'

/** Rows of a window, as a screen of the list shows. */
export const WINDOW_ROWS = 60

/** What both sides answer, to be compared: the ids of each window asked for. */
export interface ListAnswer {
  readonly total: number
  readonly facets: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly windows: readonly (readonly string[])[]
}

export interface LoadFigures {
  readonly loadMs: number
  readonly rows: Readonly<Record<string, number>>
  readonly bytesBy: Readonly<Record<string, number>>
  readonly searchBytesBy: Readonly<Record<string, number>>
  readonly textBytesBy: Readonly<Record<string, number>>
}

/** One run of a query: what was asked, how long it took, and what came out. */
export interface Run {
  readonly spec: ListSpec
  readonly starts: readonly number[]
  readonly openMs: number
  readonly windowMs: readonly number[]
  /** The last of them asked for once more at once: the same work, with every row that it reads in the caches. */
  readonly againMs: number
  /** Opening and the windows. */
  readonly allMs: number
  readonly answer: ListAnswer
}

/** Round trips in milliseconds: of each query when nothing else goes on, and of queries while large commits come. */
export interface WaitFigures {
  readonly quiet: readonly { readonly name: string; readonly ms: number }[]
  readonly busy: readonly { readonly name: string; readonly ms: number }[]
  /** From a commit's telling until a query saw it. */
  readonly seenMs: readonly number[]
}
