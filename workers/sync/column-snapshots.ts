import type { EntityName } from '../../core/model/entities.ts'
import { FEED_ENTITIES, type SnapshotBytes } from '../../core/protocol/query-port.ts'
import type { ChangesEnd } from '../../db/sqlite/replica-changes.ts'
import type { ChildEntity } from '../../db/sqlite/replica-reads.ts'
import type { OutboxMemory, RecordRef } from './outbox-memory.ts'
import type { ReaderCalls } from './reader-calls.ts'
import type { ReplicaCalls } from './replica-calls.ts'
import type { ThreadClient } from './thread-client.ts'

/** A stored snapshot on its way to a query worker. */
export interface SnapshotOffer {
  readonly manifest: string
  readonly pieces: number
  /** Records whose shown form may be another than the snapshot's. */
  readonly retell: readonly RecordRef[]
  /** Null: it cannot be read. */
  piece(n: number): Promise<SnapshotBytes | null>
}

/** What a snapshot being written is a snapshot of. */
export interface SnapshotPoint extends ChangesEnd {
  readonly shown: readonly { readonly entity: EntityName; readonly id: string }[]
  readonly hidden: readonly string[]
}

const CHILDREN: readonly ChildEntity[] = ['contacts', 'tasks', 'meetings']

export interface ColumnSnapshotDeps {
  /** Records that are shown otherwise than the replica has them. */
  readonly memory: Pick<OutboxMemory, 'hiddenAccounts'> & { refs(): Iterable<RecordRef> }
  readonly reader: ThreadClient<ReaderCalls>
  readonly writer: ThreadClient<ReplicaCalls>
  /** Commits of the replica that lists have not been told yet. */
  readonly untold: () => boolean
  /** The replica as it was opened, before anything was written. */
  readonly opened: ChangesEnd
}

/** The column snapshot in columns.db, and the moment in the life of the rows that it belongs to. */
export class ColumnSnapshots {
  readonly #deps: ColumnSnapshotDeps
  /** The last change that the stored snapshot holds; null where none is known. */
  #seq: number | null = null

  constructor(deps: ColumnSnapshotDeps) {
    this.#deps = deps
    void deps.reader.call('columnsCheck', deps.opened).catch(() => {})
  }

  /** The stored snapshot for a worker of this layout; null where there is none that can be used. */
  async offer(layout: string): Promise<SnapshotOffer | null> {
    const { reader, memory } = this.#deps
    const stored = await reader.call('columns', { layout })
    this.#seq = stored?.head.seq ?? null
    if (!stored) return null
    const { shown, hidden, manifest, pieces } = stored.head
    const accounts = new Set([...hidden, ...memory.hiddenAccounts])
    const children = await Promise.all(
      [...accounts].map((account) => reader.call('childIds', { account, entities: CHILDREN })),
    )
    const retell = new Map<string, RecordRef>()
    for (const ref of [...stored.changed, ...shown, ...children.flat(), ...memory.refs()])
      if ((FEED_ENTITIES as readonly string[]).includes(ref.entity))
        retell.set(`${ref.entity} ${ref.id}`, { entity: ref.entity, id: ref.id })
    return { manifest, pieces, retell: [...retell.values()], piece: (n) => reader.call('columnsPiece', n) }
  }

  /** The stored snapshot is of no use. */
  async drop(): Promise<void> {
    this.#seq = null
    await this.#deps.reader.call('columnsDrop', null)
  }

  /** Changes since the stored snapshot; null where there is none. */
  changesSince({ seq }: ChangesEnd): number | null {
    return this.#seq === null ? null : seq - this.#seq
  }

  /** How far the replica's changes have come. Whatever they name has been taken in when the answer is here. */
  end(): Promise<ChangesEnd> {
    return this.#deps.writer.call('changesEnd', null)
  }

  /** The point where everything told by now stands, if every change up to `end` has been told. In the same turn as `end`. */
  point(end: ChangesEnd): SnapshotPoint | null {
    const { memory } = this.#deps
    if (this.#deps.untold()) return null
    return { ...end, shown: [...memory.refs()], hidden: [...memory.hiddenAccounts] }
  }

  /** Answers whether the file could be written, as the next two. */
  begin(): Promise<boolean> {
    return this.#deps.reader.call('columnsBegin', null)
  }

  append(bytes: SnapshotBytes): Promise<boolean> {
    return this.#deps.reader.call('columnsAppend', bytes)
  }

  /** Puts what was appended in place of the stored snapshot, and lets the changes go that it holds. */
  async finish(point: SnapshotPoint, layout: string, manifest: string, pieces: number): Promise<boolean> {
    const finished = await this.#deps.reader.call('columnsFinish', { ...point, layout, manifest, pieces })
    this.#seq = finished ? point.seq : null
    if (finished) await this.#deps.writer.call('forgetChanges', point.seq)
    return finished
  }
}
