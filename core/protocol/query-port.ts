import type { Value } from '../model/field.ts'
import { LIST_ENTITIES, type ListEntity } from '../query/spec.ts'
import type { Mark } from './outbox.ts'

/**
 * Entities whose rows the query worker is fed: those with lists, and meetings, which it counts per account (of their
 * columns it keeps `account_id` alone).
 */
export const FEED_ENTITIES = [...LIST_ENTITIES, 'meetings'] as const
export type FeedEntity = ListEntity | 'meetings'

/**
 * The line between the query worker and the sync process (a MessagePort; structured clone). The worker says hello; for
 * each entity in `FEED_ENTITIES` order the sync process sends every shown row in pieces, column by column, then tells
 * every later commit. At most `CREDIT` pieces are unacknowledged.
 */
export const CREDIT = 4
/** Rows in one piece of the first load. */
export const PIECE_ROWS = 8_192

/** Worker → sync process. */
export type FromQueryWorker = { readonly t: 'hello'; readonly protocol: number } | { readonly t: 'ack' }

/** Values of one column for the rows of a piece, in the row order of `ids`. */
export type ColumnPiece =
  /** money, instant, int, bool and day (as day number); NaN is null. */
  | { readonly kind: 'numbers'; readonly values: Float64Array<ArrayBuffer> }
  /** code and ref: index into `dictionary`; 0 is null, n is `dictionary[n - 1]`. */
  | { readonly kind: 'codes'; readonly dictionary: readonly string[]; readonly values: Uint32Array<ArrayBuffer> }
  | { readonly kind: 'texts'; readonly values: readonly (string | null)[] }

/** A row as the worker gets it in a commit: the list columns in row form (days as ISO text), and its mark. */
export interface ListRow {
  readonly id: string
  readonly mark: Mark | null
  readonly values: Readonly<Record<string, Value>>
}

/** Sync process → worker. */
export type ToQueryWorker =
  | {
      readonly t: 'piece'
      readonly entity: FeedEntity
      readonly ids: readonly string[]
      readonly columns: Readonly<Record<string, ColumnPiece>>
      /** Marks of the rows of this piece that have one, by position. */
      readonly marks: readonly (readonly [position: number, mark: Mark])[]
    }
  /** Every row of the entity that was there at hello has been sent (`total` of them). */
  | { readonly t: 'loaded'; readonly entity: FeedEntity; readonly total: number }
  /** One commit, whole: upserts hold final shown rows, removes are ids no longer shown. */
  | {
      readonly t: 'commit'
      readonly changes: readonly {
        readonly entity: FeedEntity
        readonly upserts: readonly ListRow[]
        readonly removes: readonly string[]
      }[]
    }
  /** The rows on disk were swapped whole (409, role change): the worker drops its columns and says hello again. */
  | { readonly t: 'reload' }
