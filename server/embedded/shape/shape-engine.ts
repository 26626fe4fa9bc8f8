import { ChangeFeed } from './change-feed.ts'
import { shapeKey } from './definition.ts'
import type { ShapeLog } from './log/shape-log.ts'
import { PUBLICATION, prepareSlot } from './publication.ts'
import { ReplicationStream } from './replication.ts'
import type { ShapeSpec } from './request.ts'
import { unavailable } from './request-error.ts'
import { newClient } from './session.ts'
import type { Shape } from './shape.ts'
import { ShapeMaker } from './shape-maker.ts'
import { ShapeRegistry } from './shape-registry.ts'
import { ShapeStore } from './shape-store.ts'
import { SlotProgress } from './slot-progress.ts'
import { checkTables } from './table-check.ts'
import { type IsVisible, isVisible } from './visibility.ts'

export type EngineOptions = {
  readonly databaseUrl: string
  readonly storageDir: string
  readonly maxLogBytes: number
  readonly chunkBytes: number
  readonly maxShapes: number
  readonly now: () => number
  readonly onLog: (line: string) => void
  /** The rule of the snapshot/log join; replaced only by the test that shows what it is for. */
  readonly isVisible?: IsVisible
}

export type EngineStatus = 'waiting' | 'starting' | 'active'

const SWEEP_MS = 30_000
const RETIRED_IDLE_MS = 10 * 60_000

/** Keeps the shapes: makes them on demand, feeds them from the replication stream, bounds and persists them. */
export class ShapeEngine {
  readonly feed: ChangeFeed
  readonly #registry = new ShapeRegistry()
  readonly #options: EngineOptions
  readonly #store: ShapeStore
  readonly #stream: ReplicationStream
  readonly #maker: ShapeMaker
  readonly #progress: SlotProgress
  readonly #statusListeners = new Set<() => void>()
  readonly #sweepTimer: NodeJS.Timeout
  #status: EngineStatus = 'waiting'

  constructor(options: EngineOptions) {
    const rule = options.isVisible ?? isVisible
    this.#options = options
    this.#store = new ShapeStore(options.storageDir, options.maxLogBytes)
    this.#progress = new SlotProgress({
      store: this.#store,
      acknowledge: (lsn) => this.#stream.acknowledge(lsn),
      onLog: options.onLog,
    })
    this.feed = new ChangeFeed(this.#registry, {
      broken: (shape, reason) => this.drop(shape, reason),
      extended: (shape) => this.#extended(shape),
      advanced: (endLsn) => this.#progress.advance(endLsn),
    })
    this.#stream = this.#newStream()
    this.#maker = new ShapeMaker({
      ...options,
      store: this.#store,
      registry: this.#registry,
      feed: this.feed,
      stream: this.#stream,
      isVisible: rule,
      drop: (shape, reason) => this.drop(shape, reason),
    })
    for (const shape of this.#store.load(rule, options.now())) this.#registry.add(shape)
    const state = this.#store.loadState()
    if (state) this.#progress.reset(state)
    this.#sweepTimer = setInterval(() => void this.sweep(), SWEEP_MS)
    this.#sweepTimer.unref()
  }

  #newStream(): ReplicationStream {
    const { feed } = this
    return new ReplicationStream(this.#options.databaseUrl, {
      begin: (transaction) => feed.begin(transaction),
      change: (change) => feed.change(change),
      truncate: (oids) => feed.truncate(oids),
      commit: (endLsn) => feed.commit(endLsn),
      prepare: () => this.#prepare(),
      keepalive: (lsn, replyRequested) => {
        if (!feed.isInTransaction) this.#progress.advance(lsn)
        if (replyRequested) void this.#progress.flush()
      },
      connected: () => this.#setStatus('active'),
      disconnected: (error) => {
        feed.rollback()
        if (this.#status === 'active') this.#setStatus('starting')
        if (error) this.#options.onLog(`replication stream: ${error.message}`)
      },
    })
  }

  start(): void {
    this.#stream.start()
  }

  get status(): EngineStatus {
    return this.#status
  }

  #setStatus(status: EngineStatus): void {
    this.#status = status
    for (const listener of [...this.#statusListeners]) listener()
  }

  /** Resolves while the stream runs. Error: 503 when it doesn't within `timeoutMs`. */
  async whenActive(timeoutMs: number): Promise<void> {
    if (this.#status === 'active') return
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        this.#statusListeners.delete(listener)
        settle()
      }
      const listener = (): void => {
        if (this.#status === 'active') end(resolve)
      }
      const late = (): void => end(() => reject(unavailable('Timeout waiting for the connection to Postgres', 5)))
      const timer = setTimeout(late, timeoutMs)
      this.#statusListeners.add(listener)
    })
  }

  /** Everything that the slot no longer has must be in the logs; where it isn't, all shapes start again. */
  async #prepare(): Promise<{ slot: string; publication: string; startLsn: number }> {
    const client = newClient(this.#options.databaseUrl)
    try {
      await client.connect()
      const slot = await prepareSlot(client)
      const state = this.#store.loadState()
      const isContinued = state?.system === slot.system && slot.confirmedLsn <= state.flushedLsn
      if (!isContinued) {
        for (const shape of this.#registry.all()) this.drop(shape, 'the replication slot was lost')
        const fresh = { system: slot.system, flushedLsn: slot.confirmedLsn }
        await this.#store.saveState(fresh)
        this.#progress.reset(fresh)
        this.feed.restart(slot.confirmedLsn)
      } else if (this.feed.lastLsn === 0) this.feed.restart(state.flushedLsn)
      return { slot: slot.name, publication: PUBLICATION, startLsn: slot.confirmedLsn }
    } finally {
      await client.end().catch(() => {})
    }
  }

  /** The shape that a handle names, if it is one of this definition. */
  byHandle(handle: string, spec: ShapeSpec): Shape | null {
    const shape = this.#registry.byHandle(handle)
    return shape && shape.parts.key === shapeKey(spec) ? this.#used(shape) : null
  }

  /** The shape that any handle names, whatever its definition. */
  anyByHandle(handle: string): Shape | null {
    return this.#registry.byHandle(handle) ?? null
  }

  /** The shape that a new client of a definition gets, made if needed. Errors: `RequestError`. */
  async current(spec: ShapeSpec): Promise<Shape> {
    const existing = this.existing(spec)
    if (existing) return this.#used(existing)
    const shape = await this.#maker.make(spec)
    this.#dropLeastUsed()
    return shape
  }

  existing(spec: ShapeSpec): Shape | null {
    return this.#registry.current(shapeKey(spec)) ?? null
  }

  #used(shape: Shape): Shape {
    shape.lastUsedMs = this.#options.now()
    return shape
  }

  /** Ends a shape: its waiting clients are told to start again, its files go. */
  drop(shape: Shape, reason: string): void {
    if (shape.gone) return
    this.#options.onLog(`shape ${shape.handle} ended: ${reason}`)
    this.#registry.remove(shape)
    shape.end()
    this.#store.remove(shape.handle)
  }

  #extended(shape: Shape): void {
    this.#progress.wrote(shape.parts.log)
    const surplus = shape.parts.log.surplus
    if (surplus) this.#trim(shape, surplus)
  }

  /**
   * Drops the oldest messages. Clients past them go on undisturbed; new ones get a new shape, for neither the snapshot nor
   * an older client's rows can be continued any more. Noted on disk before anything is removed.
   */
  #trim(shape: Shape, surplus: NonNullable<ShapeLog['surplus']>): void {
    const { log, files } = shape.parts
    if (!files.isComplete) {
      this.drop(shape, 'its log outgrew its bound while the snapshot was written')
      return
    }
    this.#registry.retire(shape)
    shape.retired = true
    files.remove()
    shape.trimmed = surplus.last
    this.#store.save(shape)
    log.dropOldest(surplus.segments)
  }

  #dropLeastUsed(): void {
    const shapes = this.#registry.all()
    const surplus = shapes.length - this.#options.maxShapes
    if (surplus <= 0) return
    const oldest = shapes.filter((shape) => !shape.isWatched).sort((a, b) => a.lastUsedMs - b.lastUsedMs)
    for (const shape of oldest.slice(0, surplus)) this.drop(shape, 'too many shapes')
  }

  /** Ends the shapes whose table changed or went without a write that would tell, and trimmed ones that nobody follows. */
  async sweep(): Promise<void> {
    const idleSince = this.#options.now() - RETIRED_IDLE_MS
    for (const shape of this.#registry.all()) {
      if (shape.retired && !shape.isWatched && shape.lastUsedMs < idleSince) this.drop(shape, 'trimmed and idle')
    }
    if (this.#status !== 'active') return
    try {
      await checkTables(this.#options.databaseUrl, this.#registry, (shape) => this.drop(shape, 'its table has changed'))
    } catch (error) {
      this.#options.onLog(`check of the tables: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweepTimer)
    await this.#maker.stop()
    await this.#progress.flush()
    this.#progress.stop()
    await this.#stream.stop()
    for (const shape of this.#registry.all()) shape.end()
  }
}
