import type { EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import type { ColumnHead } from '../../core/protocol/column-head.ts'
import type { SnapshotBytes } from '../../core/protocol/query-port.ts'
import type { ChangedRecord, ChangesEnd } from '../../db/sqlite/replica-changes.ts'
import type { ChildEntity } from '../../db/sqlite/replica-reads.ts'
import type { Piece } from './columns.ts'
import type { DataDir } from './data-dir.ts'
import type { FirstScanRequest } from './first-scan.ts'
import type { Backup } from './outbox-backup.ts'

export interface PageRequest {
  readonly entity: EntityName
  readonly afterRowid: number
  readonly limit: number
  /** Rows that are shown otherwise, or were sent already. */
  readonly withoutIds: readonly string[]
  /** Children of these accounts are hidden. */
  readonly withoutAccounts: readonly string[]
}

export interface Page {
  readonly piece: Piece
  /** Where the next page begins; the request's where there was no row. */
  readonly lastRowid: number
  /** Rows read, the ones left out included. */
  readonly read: number
}

export interface Bucket {
  readonly bucket: number
  readonly count: number
  /** Decimal. */
  readonly sum: string
}

export interface HashedRow {
  readonly id: string
  readonly hash: number
  readonly version: number
}

/** A row as the replica holds it, with the place where a page scan meets it. */
export interface FoundRow {
  readonly id: string
  readonly rowid: number | null
  readonly row: Row | null
}

/** A column snapshot as it is offered to the query worker. */
export interface StoredColumns {
  readonly head: ColumnHead
  /** Records that changed since. */
  readonly changed: readonly ChangedRecord[]
}

/** The reader thread: long reads of replica.db, never a write; and columns.db, which it has to itself. */
export type ReaderCalls = {
  page: { readonly params: PageRequest; readonly answer: Page }
  rows: {
    readonly params: { readonly entity: EntityName; readonly ids: readonly string[] }
    readonly answer: readonly FoundRow[]
  }
  detail: {
    readonly params: { readonly account: string }
    readonly answer: Readonly<Record<'contacts' | 'tasks' | 'meetings' | 'notes', readonly Row[]>>
  }
  /** Ids of an account's children, where they can only be found by reading the whole table. */
  childIds: {
    readonly params: { readonly account: string; readonly entities: readonly ChildEntity[] }
    readonly answer: readonly { readonly entity: EntityName; readonly id: string }[]
  }
  /** Copies the outbox; here, because reading all of it would keep edits waiting elsewhere. */
  backUp: {
    readonly params: { readonly dir: DataDir; readonly key: string; readonly now: number }
    readonly answer: Backup
  }
  /**
   * A list's first rows, step by step: between two of them other calls are answered. A request begins, null goes on; null in
   * answer until all of the table was seen, and again after that.
   */
  firstRows: { readonly params: FirstScanRequest | null; readonly answer: readonly Row[] | null }
  all: { readonly params: EntityName; readonly answer: readonly Row[] }
  buckets: { readonly params: EntityName; readonly answer: readonly Bucket[] }
  hashes: {
    readonly params: { readonly entity: EntityName; readonly buckets: readonly number[] }
    readonly answer: readonly HashedRow[]
  }
  /** The stored column snapshot, if it is of this layout and the changes since are known; one that is not is deleted. */
  columns: { readonly params: { readonly layout: string }; readonly answer: StoredColumns | null }
  /** Null: it cannot be read. */
  columnsPiece: { readonly params: number; readonly answer: SnapshotBytes | null }
  /** Each answers whether it could be done. */
  columnsBegin: { readonly params: null; readonly answer: boolean }
  columnsAppend: { readonly params: SnapshotBytes; readonly answer: boolean }
  columnsFinish: { readonly params: ColumnHead; readonly answer: boolean }
  columnsDrop: { readonly params: null; readonly answer: boolean }
  /** Deletes a snapshot that is ahead of the replica as it was opened: a power cut took the replica's last commits. */
  columnsCheck: { readonly params: ChangesEnd; readonly answer: boolean }
  close: { readonly params: null; readonly answer: null }
}
