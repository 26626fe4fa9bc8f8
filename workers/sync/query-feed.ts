import { type EntityName, listColumnsOf } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import {
  CREDIT,
  FEED_ENTITIES,
  type FeedEntity,
  type FromQueryWorker,
  type ListRow,
  PIECE_ROWS,
  type ToQueryWorker,
} from '../../core/protocol/query-port.ts'
import type { Shown } from '../../core/sync/merge.ts'
import type { SnapshotOffer } from './column-snapshots.ts'
import { toCells, toListRow, toPiece } from './columns.ts'
import { commitParts } from './commit-parts.ts'
import type { RecordRef } from './outbox-memory.ts'
import type { FoundRow, Page, PageRequest } from './reader-calls.ts'
import { SnapshotFeed } from './snapshot-feed.ts'

/** Records with pending edits are told in slices of this many. */
const OVERLAY_ROWS = 500

/** The feed's view of what it tells. Reads may be slow; overlays are at hand. */
export interface FeedSource {
  page(request: PageRequest): Promise<Page>
  rows(entity: FeedEntity, ids: readonly string[]): Promise<readonly FoundRow[]>
  overlay(entity: FeedEntity, id: string): Shown | undefined
  /** Ids of an entity's records with an overlay. */
  overlaid(entity: FeedEntity): Iterable<string>
  /** Lets whatever else waits have its turn. */
  pause(): Promise<void>
  /** While there is one nothing is told: a person waits for a list. It resolves at its end. */
  moment?(): Promise<void> | null
  hiddenAccounts(): ReadonlySet<string>
  /** The whole shape is here: a page without rows is the end. */
  complete(entity: FeedEntity): boolean
  /** The stored column snapshot for a worker of this layout, if it can be used; absent: none is kept. */
  snapshot?(layout: string): Promise<SnapshotOffer | null>
  dropSnapshot?(): Promise<void>
}

/** How far one entity has been told. */
interface Progress {
  rowid: number
  total: number
  loaded: boolean
  /** A page came back empty and nothing was appended since. */
  dry: boolean
  /** Ids told outside of pages: pages leave them out. */
  readonly told: Set<string>
  /** Records with pending edits that are still to be told, before the first page; null: not looked up yet. */
  overlaid: string[] | null
}

const isFed = (entity: EntityName): entity is FeedEntity => (FEED_ENTITIES as readonly string[]).includes(entity)

/**
 * Feeds one query worker: every shown row in pieces, then each commit. Everything is read when it is sent, one thing
 * at a time, so that whatever is said last about a record is its newest form. A record that moved in its table while it
 * was paged may be told twice.
 */
export class QueryFeed {
  readonly #source: FeedSource
  readonly #post: (message: ToQueryWorker) => void
  readonly #onError: (error: unknown) => void
  #progress = new Map<FeedEntity, Progress>()
  #changed = new Map<FeedEntity, Set<string>>()
  /** The snapshots that the worker can take. */
  #layout: string | null = null
  /** A snapshot being told; undefined before the first look for one. */
  #snapshot: SnapshotFeed | null | undefined = null
  #told = 0
  #credit = 0
  #running = false
  #again = false
  #closed = false

  /** @param onError a read failed: the line is of no use any more */
  constructor(source: FeedSource, post: (message: ToQueryWorker) => void, onError: (error: unknown) => void) {
    this.#source = source
    this.#post = post
    this.#onError = onError
  }

  /** What the last hello said. */
  get layout(): string | null {
    return this.#layout
  }

  /** Rises with everything told. */
  get told(): number {
    return this.#told
  }

  /** The worker has been told everything, as far as is known here. */
  get settled(): boolean {
    const loaded = this.#progress.size > 0 && [...this.#progress.values()].every((progress) => progress.loaded)
    return loaded && this.#snapshot === null && this.#changed.size === 0 && !this.#running
  }

  receive(message: Extract<FromQueryWorker, { t: 'hello' | 'ack' | 'refuse-snapshot' }>): void {
    if (message.t === 'refuse-snapshot') {
      this.#drop().catch((error: unknown) => this.#onError(error))
      return
    }
    if (message.t === 'hello') {
      this.#credit = CREDIT
      this.#layout = message.layout ?? null
      this.#snapshot = this.#source.snapshot && message.layout !== undefined ? undefined : null
      this.#changed = new Map()
      this.#progress = new Map(
        FEED_ENTITIES.map((entity) => [
          entity,
          { rowid: 0, total: 0, loaded: false, dry: false, told: new Set(), overlaid: null },
        ]),
      )
    } else this.#credit = Math.min(CREDIT, this.#credit + 1)
    this.#kick()
  }

  /** Records whose shown form changed; told in one commit. */
  changed(refs: Iterable<RecordRef>): void {
    if (this.#progress.size === 0) return
    for (const { entity, id } of refs) {
      if (!isFed(entity)) continue
      const ids = this.#changed.get(entity)
      if (ids) ids.add(id)
      else this.#changed.set(entity, new Set([id]))
    }
    this.#kick()
  }

  /** Rows of a first load were appended, or the shape became complete. */
  appended(entity: EntityName): void {
    const progress = isFed(entity) ? this.#progress.get(entity) : undefined
    if (!progress) return
    progress.dry = false
    this.#kick()
  }

  /** The rows were swapped as a whole: the worker begins anew. */
  swapped(): void {
    if (this.#progress.size === 0) return
    this.#progress = new Map()
    this.#changed = new Map()
    this.#snapshot = null
    this.#post({ t: 'reload' })
  }

  /** Pages are still being told of an entity: a renumbering of its rows would confuse them. */
  paging(entity: EntityName): boolean {
    const progress = isFed(entity) ? this.#progress.get(entity) : undefined
    return progress !== undefined && !progress.loaded
  }

  close(): void {
    this.#closed = true
  }

  #kick(): void {
    this.#again = true
    if (this.#running || this.#closed) return
    this.#running = true
    this.#loop().catch((error: unknown) => this.#onError(error))
  }

  async #loop(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        const moment = this.#source.moment?.()
        if (moment) {
          await moment
          continue
        }
        this.#again = false
        // A worker that said hello again has another progress; what was read for the old one is dropped.
        const progress = this.#progress
        if (this.#snapshot !== null) await this.#restore(progress)
        else if (this.#changed.size > 0) await this.#commit(progress)
        else await this.#piece(progress)
      }
    } finally {
      // In the same turn as the last look at `#again`: a kick after it starts a new loop.
      this.#running = false
    }
  }

  /** One step of a snapshot: looking for it, a piece of it, or some of what changed since. Changes wait until its bytes are told. */
  async #restore(all: Map<FeedEntity, Progress>): Promise<void> {
    if (all.size === 0) return
    if (!this.#snapshot) {
      const offer = FEED_ENTITIES.every((entity) => this.#source.complete(entity))
        ? await this.#source.snapshot?.(this.#layout ?? '')
        : null
      if (this.#progress !== all || this.#closed) return
      this.#snapshot = offer ? new SnapshotFeed(offer) : null
      if (this.#snapshot) this.#post(this.#snapshot.announcement)
      this.#again = true
      return
    }
    const snapshot = this.#snapshot
    if (!snapshot.read) {
      if (this.#credit === 0) return
      const piece = await snapshot.piece()
      if (this.#progress !== all || this.#closed) return
      if (!piece) return this.#drop()
      this.#credit--
      this.#told++
      this.#post(piece)
    } else {
      const refs = snapshot.retell()
      for (const progress of all.values()) progress.loaded = true
      if (refs.length > 0) {
        this.changed(refs)
        await this.#commit(all)
      } else {
        this.#snapshot = null
        for (const entity of FEED_ENTITIES) this.#post({ t: 'loaded', entity, total: 0 })
      }
    }
    this.#again = true
  }

  /** The stored snapshot is of no use: the worker begins anew, from rows. */
  async #drop(): Promise<void> {
    await this.#source.dropSnapshot?.()
    this.swapped()
  }

  async #piece(all: Map<FeedEntity, Progress>): Promise<void> {
    const next = FEED_ENTITIES.find((entity) => {
      const progress = all.get(entity)
      return progress !== undefined && !progress.loaded && !progress.dry
    })
    const progress = next && all.get(next)
    if (!next || !progress || this.#credit === 0) return
    this.#again = true
    if (progress.overlaid === null) {
      progress.overlaid = [...this.#source.overlaid(next)]
      for (const id of progress.overlaid) progress.told.add(id)
    }
    if (progress.overlaid.length > 0) {
      this.#overlays(next, progress, progress.overlaid.splice(0, OVERLAY_ROWS))
      // Merging a slice takes a while: whatever else waits comes first.
      await this.#source.pause()
      return
    }
    // Both before the read: what is complete by then is all in the page, and rows appended meanwhile end the dryness.
    progress.dry = true
    const complete = this.#source.complete(next)
    const page = await this.#source.page({
      entity: next,
      afterRowid: progress.rowid,
      limit: PIECE_ROWS,
      withoutIds: [...progress.told],
      withoutAccounts: [...this.#source.hiddenAccounts()],
    })
    if (this.#progress !== all || this.#closed) return
    progress.rowid = page.lastRowid
    if (page.piece.ids.length > 0) this.#sendPiece(next, progress, page.piece, [])
    if (page.read > 0) progress.dry = false
    if (page.read === PIECE_ROWS || !complete) return
    progress.loaded = true
    this.#post({ t: 'loaded', entity: next, total: progress.total })
  }

  /** Records with pending edits come first, marked; the pages leave them out. */
  #overlays(entity: FeedEntity, progress: Progress, ids: readonly string[]): void {
    const rows: Row[] = []
    const marks: [number, NonNullable<Shown['mark']>][] = []
    for (const id of ids) {
      // Whoever has none any more was told as a change.
      const overlay = this.#source.overlay(entity, id)
      if (!overlay?.row || this.#hidden(overlay.row)) continue
      if (overlay.mark) marks.push([rows.length, overlay.mark])
      rows.push(overlay.row)
    }
    if (rows.length === 0) return
    const columns = listColumnsOf(entity)
    this.#sendPiece(entity, progress, toPiece(entity, columns, toCells(columns, rows), 0), marks)
  }

  #sendPiece(
    entity: FeedEntity,
    progress: Progress,
    piece: Page['piece'],
    marks: [number, 'pending' | 'refused' | 'removed'][],
  ): void {
    this.#credit--
    this.#told++
    progress.total += piece.ids.length
    this.#post({ t: 'piece', entity, ids: piece.ids, columns: piece.columns, marks })
  }

  async #commit(all: Map<FeedEntity, Progress>): Promise<void> {
    const changed = this.#changed
    this.#changed = new Map()
    const changes: { entity: FeedEntity; upserts: ListRow[]; removes: string[] }[] = []
    for (const [entity, ids] of changed) {
      const progress = all.get(entity)
      if (!progress) continue
      const found = await this.#source.rows(entity, [...ids])
      const change: { entity: FeedEntity; upserts: ListRow[]; removes: string[] } = { entity, upserts: [], removes: [] }
      for (const row of found) this.#tell(entity, progress, row, change)
      if (change.upserts.length + change.removes.length > 0) changes.push(change)
    }
    if (this.#progress !== all || this.#closed) return
    if (changes.length > 0) {
      this.#told++
      for (const part of commitParts(changes)) this.#post(part)
    }
    this.#again = true
  }

  #tell(
    entity: FeedEntity,
    progress: Progress,
    { id, rowid, row: server }: FoundRow,
    change: { upserts: ListRow[]; removes: string[] },
  ): void {
    const overlay = this.#source.overlay(entity, id)
    const { row, mark } = overlay ?? { row: server, mark: null }
    const listed = row && !this.#hidden(row) ? toListRow(entity, { row, mark }) : null
    const byPage = overlay === undefined && rowid !== null && rowid > progress.rowid && !progress.told.has(id)
    if (listed && byPage && !progress.loaded) {
      // A later page brings it. It may have been told from another place in the table before.
      change.removes.push(id)
      return
    }
    if (!progress.loaded) progress.told.add(id)
    if (listed) change.upserts.push(listed)
    else change.removes.push(id)
  }

  #hidden(row: Row): boolean {
    const account = row['account_id']
    return typeof account === 'string' && this.#source.hiddenAccounts().has(account)
  }
}
