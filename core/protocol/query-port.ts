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

/** Rows in one message of a commit: reading a message holds up the worker's queries. */
export const COMMIT_ROWS = 1_000

/**
 * So long after a list was opened the query worker and the sync process leave the cores to the page, which draws it; then as
 * long again they do not, however many lists are opened. Milliseconds.
 */
export const YIELD_MS = 50

/** Bytes in one piece of a column snapshot, at most. */
export const SNAPSHOT_PIECE_BYTES = 4 * 1024 * 1024

export type SnapshotBytes = Uint8Array<ArrayBuffer>

/**
 * Worker → sync process. A column snapshot is the worker's own: the sync process stores its bytes and its manifest, and
 * knows of them only the layout they belong to.
 */
export type FromQueryWorker =
  /** `layout`: the snapshots that the worker can take; absent where it wants rows only. */
  | { readonly t: 'hello'; readonly protocol: number; readonly layout?: string }
  | { readonly t: 'ack' }
  /** A list was opened: a person waits for the page to draw it. */
  | { readonly t: 'opened' }
  /** The snapshot that was offered cannot be used: it is thrown away, and a reload comes in answer. */
  | { readonly t: 'refuse-snapshot' }
  /** At most `CREDIT` of them without an answering `more`. */
  | { readonly t: 'snapshot-piece'; readonly save: number; readonly bytes: SnapshotBytes }
  | { readonly t: 'snapshot-end'; readonly save: number; readonly manifest: string }
  /** Rows changed before all of it was sent: what was sent is of no use. */
  | { readonly t: 'snapshot-dropped'; readonly save: number }

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
  /** Every row of the entity that was there at hello has been sent (`total` of them in pieces of rows). */
  | { readonly t: 'loaded'; readonly entity: FeedEntity; readonly total: number }
  /**
   * One commit, or a part of it: upserts hold final shown rows, removes are ids no longer shown. With `more` the rest of it
   * comes in the next messages, and the worker shows none of it before the last.
   */
  | {
      readonly t: 'commit'
      readonly more?: true
      readonly changes: readonly {
        readonly entity: FeedEntity
        readonly upserts: readonly ListRow[]
        readonly removes: readonly string[]
      }[]
    }
  /** In answer to hello, before anything else: a snapshot in so many pieces; then a commit of what changed since. */
  | { readonly t: 'snapshot'; readonly manifest: string; readonly pieces: number }
  /** Acknowledged as a piece of rows is. */
  | { readonly t: 'snapshot-bytes'; readonly bytes: SnapshotBytes }
  /** Asks for a snapshot of everything told so far, under a number. */
  | { readonly t: 'save-snapshot'; readonly save: number }
  /** One more piece of the snapshot may be sent. */
  | { readonly t: 'more'; readonly save: number }
  /** The rows on disk were swapped whole (409, role change): the worker drops its columns and says hello again. */
  | { readonly t: 'reload' }
