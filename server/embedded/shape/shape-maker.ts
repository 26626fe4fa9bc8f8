import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { ChangeFeed } from './change-feed.ts'
import { defineShape, keyHash, noSuchTable, type ShapeDefinition, shapeKey } from './definition.ts'
import { publishTable } from './publication.ts'
import type { ReplicationStream } from './replication.ts'
import type { ShapeSpec } from './request.ts'
import { RequestError, unavailable } from './request-error.ts'
import { newClient } from './session.ts'
import { Shape } from './shape.ts'
import type { ShapeRegistry } from './shape-registry.ts'
import type { ShapeStore } from './shape-store.ts'
import { beginSnapshot, writeSnapshot } from './snapshot.ts'
import { loadTable } from './table.ts'
import { Turns } from './turns.ts'
import type { IsVisible, PgSnapshot } from './visibility.ts'

export type MakerContext = {
  readonly databaseUrl: string
  readonly chunkBytes: number
  readonly store: ShapeStore
  readonly registry: ShapeRegistry
  readonly feed: ChangeFeed
  readonly stream: ReplicationStream
  readonly isVisible: IsVisible
  readonly now: () => number
  drop(shape: Shape, reason: string): void
}

const CONCURRENT_SNAPSHOTS = 4
const SNAPSHOT_ATTEMPTS = 500
const SNAPSHOT_PAUSE_MS = 10
const TABLE_ATTEMPTS = 3

const asRequestError = (error: unknown): RequestError => {
  if (error instanceof RequestError) return error
  if (error instanceof pg.DatabaseError && !error.code?.startsWith('57P'))
    return new RequestError(500, { message: `Unexpected error while creating snapshot: ${error.message}` })
  return unavailable('The connection to Postgres was lost while the shape was made', 5)
}

/** Makes shapes: checks the definition, joins snapshot and stream, writes the snapshot's files in the background. */
export class ShapeMaker {
  readonly #context: MakerContext
  readonly #making = new Map<string, Promise<Shape>>()
  readonly #snapshotTurns = new Turns(CONCURRENT_SNAPSHOTS)
  readonly #publishTurns = new Turns(1)
  readonly #clients = new Set<pg.Client>()
  readonly #writing = new Set<Promise<void>>()
  #lastHandleUs = 0

  constructor(context: MakerContext) {
    this.#context = context
  }

  /** The new shape of a definition, one however many ask at once. Its rows may still be on their way into files. */
  make(spec: ShapeSpec): Promise<Shape> {
    const key = shapeKey(spec)
    const running = this.#making.get(key)
    if (running) return running
    const made = this.#make(spec, key)
      .catch((error: unknown) => {
        throw asRequestError(error)
      })
      .finally(() => this.#making.delete(key))
    this.#making.set(key, made)
    return made
  }

  async #make(spec: ShapeSpec, key: string): Promise<Shape> {
    const endTurn = await this.#snapshotTurns.take()
    const client = newClient(this.#context.databaseUrl)
    this.#clients.add(client)
    const release = async (): Promise<void> => {
      this.#clients.delete(client)
      await client.end().catch(() => {})
      endTurn()
    }
    try {
      await client.connect()
      const shape = await this.#begin(client, spec, key)
      const writing = this.#write(client, shape).finally(release)
      this.#writing.add(writing)
      void writing.finally(() => this.#writing.delete(writing))
      return shape
    } catch (error) {
      await release()
      throw error
    }
  }

  async #define(client: pg.Client, spec: ShapeSpec): Promise<ShapeDefinition> {
    const table = await loadTable(client, spec.table)
    if (!table) throw noSuchTable(spec)
    return defineShape(spec, table)
  }

  /** A table may change between its check and the snapshot; the check inside the snapshot decides. */
  async #begin(client: pg.Client, spec: ShapeSpec, key: string): Promise<Shape> {
    for (let attempt = 1; ; attempt += 1) {
      const definition = await this.#define(client, spec)
      await this.#publishTurns.run(() => publishTable(this.#context.databaseUrl, definition.table))
      const shape = await this.#join(client, definition, key)
      const seen = await loadTable(client, spec.table).catch((error: unknown) => {
        // Registered, it would keep everybody who asks waiting for files that nobody writes.
        this.#context.drop(shape, 'its table could not be checked')
        throw error
      })
      if (JSON.stringify(seen) === JSON.stringify(definition.table)) return shape
      this.#context.drop(shape, 'its table changed while it was made')
      await client.query('rollback')
      if (attempt === TABLE_ATTEMPTS) throw unavailable('The table keeps changing', 5)
    }
  }

  /**
   * Takes a snapshot and registers the shape before the stream goes on: every transaction is then either in the
   * snapshot, or comes through the stream after the registration.
   */
  async #join(client: pg.Client, definition: ShapeDefinition, key: string): Promise<Shape> {
    const { stream, feed, isVisible } = this.#context
    for (let attempt = 0; attempt < SNAPSHOT_ATTEMPTS; attempt += 1) {
      const shape = await stream.whilePaused(async () => {
        const snapshot = await beginSnapshot(client)
        return feed.isCoveredBy(snapshot, isVisible) ? this.#register(definition, key, snapshot) : null
      })
      if (shape) return shape
      await client.query('rollback')
      await delay(SNAPSHOT_PAUSE_MS)
    }
    throw unavailable('A committed transaction stays invisible', 5)
  }

  #register(definition: ShapeDefinition, key: string, snapshot: PgSnapshot): Shape {
    const { store, registry, isVisible, now } = this.#context
    const handle = this.#newHandle(key)
    const parts = {
      handle,
      key,
      definition,
      snapshot,
      ...store.create(handle),
    }
    const shape = new Shape(parts, isVisible, now())
    registry.add(shape)
    return shape
  }

  /** `<hash of the definition>-<microseconds>`, never the same twice. */
  #newHandle(key: string): string {
    this.#lastHandleUs = Math.max(this.#lastHandleUs + 1, this.#context.now() * 1000)
    return `${keyHash(key)}-${this.#lastHandleUs}`
  }

  async #write(client: pg.Client, shape: Shape): Promise<void> {
    const { definition, snapshot, files } = shape.parts
    try {
      await writeSnapshot(client, definition, snapshot, files, this.#context.chunkBytes)
      if (shape.gone) return
      this.#context.store.save(shape)
      files.finish('complete')
    } catch (error) {
      this.#context.drop(shape, `its snapshot failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Breaks off what is being written. */
  async stop(): Promise<void> {
    for (const client of this.#clients) void client.end().catch(() => {})
    await Promise.allSettled([...this.#writing, ...this.#making.values()])
  }
}
