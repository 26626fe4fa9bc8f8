import type { ShapeDefinition } from './definition.ts'
import type { Committed, ShapeLog } from './log/shape-log.ts'
import { compareOffsets, isSnapshotOffset, type Offset } from './offset.ts'
import type { Change, Relation } from './pgoutput.ts'
import { type ChangeReader, createChangeReader, fitsRelation, messageText } from './shape-changes.ts'
import type { SnapshotFiles } from './snapshot-files.ts'
import { electricSchema } from './table.ts'
import type { IsVisible, PgSnapshot, StreamTransaction } from './visibility.ts'

/** What a waiting request is told: a transaction was added, or the shape is gone. */
export type ShapeEvent = { readonly kind: 'committed'; readonly committed: Committed } | { readonly kind: 'gone' }

export type ShapeParts = {
  readonly handle: string
  readonly key: string
  readonly definition: ShapeDefinition
  readonly dir: string
  readonly snapshot: PgSnapshot
  readonly files: SnapshotFiles
  readonly log: ShapeLog
}

/** One shape under one handle: a snapshot of rows, then a log of changes. */
export class Shape {
  readonly parts: ShapeParts
  /** Messages up to here are gone: a client that needs them starts again. */
  trimmed: Offset | null = null
  /** No longer what new clients get: its log was trimmed, so its snapshot can't be continued. */
  retired = false
  gone = false
  /** The `electric-schema` header; a table's NOT NULLs may change under a shape that lives on. */
  schema: string
  lastUsedMs: number
  readonly #isVisible: IsVisible
  readonly #listeners = new Set<(event: ShapeEvent) => void>()
  #relation: Relation | null = null
  #read: ChangeReader = () => []
  #held: { readonly offset: Offset; readonly head: string; readonly tail: string } | null = null

  constructor(parts: ShapeParts, isVisible: IsVisible, nowMs: number) {
    this.parts = parts
    this.#isVisible = isVisible
    this.lastUsedMs = nowMs
    this.schema = electricSchema(parts.definition.table, parts.definition.columns)
  }

  get handle(): string {
    return this.parts.handle
  }

  /** Whether a transaction brings the shape nothing: its rows are in the snapshot, or its messages in the log already. */
  has(transaction: StreamTransaction): boolean {
    return transaction.lsn <= this.parts.log.last.lsn || this.#isVisible(this.parts.snapshot, transaction)
  }

  /** Takes in a change of the table. `false` = the table is no longer the one that the shape was made of. */
  apply(transaction: StreamTransaction, change: Change, op: number): boolean {
    if (this.#relation !== change.relation) {
      if (!fitsRelation(this.parts.definition, change.relation)) return false
      this.#relation = change.relation
      this.#read = createChangeReader(this.parts.definition, change.relation)
    }
    for (const message of this.#read(change)) {
      const offset = { lsn: transaction.lsn, op: op + message.sub }
      this.#append(false)
      const at = { ...offset, xid: transaction.xid }
      this.#held = { offset, ...messageText(message, this.parts.definition, at) }
    }
    return true
  }

  #append(isLast: boolean): void {
    const held = this.#held
    if (!held) return
    this.#held = null
    this.parts.log.append(held.offset, Buffer.from(held.head + (isLast ? '"last":true,' : '') + held.tail), isLast)
  }

  /** Ends the transaction; answers whether it added anything. */
  commit(): boolean {
    this.#append(true)
    const committed = this.parts.log.commit()
    if (!committed) return false
    this.#tell({ kind: 'committed', committed })
    return true
  }

  rollback(): void {
    this.#held = null
    this.#relation = null
    this.parts.log.rollback()
  }

  /** Whether the messages right after `offset` are gone. */
  isTrimmed(offset: Offset): boolean {
    return this.trimmed !== null && (isSnapshotOffset(offset) || compareOffsets(offset, this.trimmed) < 0)
  }

  /** Calls `listener` synchronously at each event, until the answered function is called. */
  listen(listener: (event: ShapeEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0
  }

  #tell(event: ShapeEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  /** Ends the shape: whoever waits is told, its files are closed. */
  end(): void {
    if (this.gone) return
    this.gone = true
    this.parts.files.finish('failed')
    this.parts.log.close()
    this.#tell({ kind: 'gone' })
  }
}
