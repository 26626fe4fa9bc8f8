import type { Clock } from '../../core/clock.ts'
import type { FromQueryWorker, ToQueryWorker } from '../../core/protocol/query-port.ts'
import type { ColumnSnapshots, SnapshotPoint } from './column-snapshots.ts'
import type { QueryFeed } from './query-feed.ts'

/** How often it is looked whether a snapshot is due, milliseconds. */
export const CHECK_MS = 2_000
/** Changes since the last snapshot that make a new one worth its writing. */
export const DUE_CHANGES = 20_000

export interface SaverDeps {
  readonly clock: Clock
  readonly snapshots: ColumnSnapshots
  readonly feed: QueryFeed
  readonly post: (message: ToQueryWorker) => void
  readonly log: (message: string, context: Record<string, unknown>) => void
}

type FromSaved = Extract<FromQueryWorker, { t: 'snapshot-piece' | 'snapshot-end' | 'snapshot-dropped' }>

/**
 * Asks a query worker for its columns while nothing happens, and stores them: once a worker is loaded and there is no
 * snapshot, and again after many changes. A commit in between ends it; the next look begins anew.
 */
export class SnapshotSaver {
  readonly #deps: SaverDeps
  #cancel: () => void
  /** What the feed had told at the last look, and at the last one that came to an answer. */
  #told = -1
  #answered = -1
  #save = 0
  #running: { readonly point: SnapshotPoint; readonly layout: string; pieces: number } | null = null
  /** Pieces are stored one after the other. */
  #queue: Promise<void> = Promise.resolve()
  /** Told when a snapshot is stored, or is not going to be. */
  #onEnd: () => void = () => {}

  constructor(deps: SaverDeps) {
    this.#deps = deps
    this.#cancel = this.#later()
  }

  receive(message: FromSaved): void {
    if (message.save !== this.#save || !this.#running) return
    const running = this.#running
    const { snapshots, post } = this.#deps
    switch (message.t) {
      case 'snapshot-piece':
        running.pieces++
        this.#then(async () => {
          const appended = await snapshots.append(message.bytes)
          if (appended) post({ t: 'more', save: message.save })
          return appended
        })
        break
      case 'snapshot-end':
        this.#running = null
        this.#then(async () => {
          const stored = await snapshots.finish(running.point, running.layout, message.manifest, running.pieces)
          this.#onEnd()
          return stored
        })
        break
      case 'snapshot-dropped':
        this.#running = null
        this.#onEnd()
    }
  }

  /** Stores a snapshot that is due without waiting for quiet. Resolves when it is stored, given up, or after `limitMs`. */
  async saveNow(limitMs: number): Promise<void> {
    const ended = Promise.withResolvers<void>()
    const cancel = this.#deps.clock.after(limitMs, ended.resolve)
    this.#onEnd = ended.resolve
    const work = this.#running ? Promise.resolve() : this.#begin().catch((error: unknown) => this.#failed(error))
    await Promise.race([work, ended.promise])
    if (this.#running) await ended.promise
    cancel()
  }

  stop(): void {
    this.#cancel()
    this.#running = null
    this.#save++
  }

  #later(): () => void {
    return this.#deps.clock.after(CHECK_MS, () => {
      this.#cancel = this.#later()
      this.#look().catch((error: unknown) => this.#failed(error))
    })
  }

  async #look(): Promise<void> {
    const { feed } = this.#deps
    const quiet = feed.told === this.#told
    this.#told = feed.told
    if (!this.#running && quiet && this.#answered !== this.#told) await this.#begin()
  }

  /** Asks for a snapshot if one is due. */
  async #begin(): Promise<void> {
    const { feed, snapshots, post } = this.#deps
    if (!feed.settled || feed.layout === null) return
    await this.#queue
    const save = ++this.#save
    const before = await snapshots.end()
    const changes = snapshots.changesSince(before)
    if (changes !== null && changes < DUE_CHANGES) {
      this.#answered = feed.told
      return
    }
    if (!(await snapshots.begin())) return this.#failed('columns.db could not be begun')
    const end = await snapshots.end()
    // From here to the post in one turn: the worker has then been told all that the point names, and nothing more.
    const point = snapshots.point(end)
    const { layout } = feed
    if (!point || !feed.settled || layout === null || save !== this.#save) return
    this.#running = { point, layout, pieces: 0 }
    post({ t: 'save-snapshot', save })
  }

  #then(work: () => Promise<boolean>): void {
    this.#queue = this.#queue
      .then(work)
      .then((stored) => {
        if (!stored) this.#failed('columns.db could not be written')
      })
      .catch((error: unknown) => this.#failed(error))
  }

  #failed(error: unknown): void {
    // Tried again once something changed.
    this.#answered = this.#told
    this.#running = null
    this.#save++
    this.#onEnd()
    this.#deps.log('columns not stored', { error: String(error) })
  }
}
