import path from 'node:path'
import type { Clock } from '../../../core/clock.ts'
import { kindOf } from '../../../core/model/convert.ts'
import { ENTITY_NAMES, type EntityName } from '../../../core/model/entities.ts'
import type { Row } from '../../../core/model/field.ts'
import type { FeedEntity, FromQueryWorker, ToQueryWorker } from '../../../core/protocol/query-port.ts'
import type { ListSpec } from '../../../core/query/spec.ts'
import type { Shown } from '../../../core/sync/merge.ts'
import { ColumnsFile } from '../../../db/sqlite/columns-file.ts'
import { type Db, openDatabase, transact } from '../../../db/sqlite/connection.ts'
import { migrate } from '../../../db/sqlite/migrate.ts'
import { changesEnd } from '../../../db/sqlite/replica-changes.ts'
import { ReplicaWriter } from '../../../db/sqlite/replica-writer.ts'
import type { PgRow } from '../../../db/sqlite/row-codec.ts'
import { REPLICA_MIGRATIONS } from '../../../db/sqlite/schemas.ts'
import { createQueryService, type QueryService } from '../../../workers/query/service.ts'
import { ColumnSnapshots } from '../../../workers/sync/column-snapshots.ts'
import type { RecordRef } from '../../../workers/sync/outbox-memory.ts'
import { QueryFeed } from '../../../workers/sync/query-feed.ts'
import type { ReaderCalls } from '../../../workers/sync/reader-calls.ts'
import { readerHandlers } from '../../../workers/sync/reader-service.ts'
import type { ReplicaCalls } from '../../../workers/sync/replica-calls.ts'
import { replicaHandlers } from '../../../workers/sync/replica-service.ts'
import { CHECK_MS, SnapshotSaver } from '../../../workers/sync/snapshot-saver.ts'
import type { ThreadAnswer } from '../../../workers/sync/thread-client.ts'
import { type Calls, ThreadClient, type ThreadRequest } from '../../../workers/sync/thread-client.ts'
import { answerCall, type Handlers } from '../../../workers/sync/thread-server.ts'
import { change, SNAPSHOT_END, UP_TO_DATE } from '../replica.ts'
import { TODAY } from './random-data.ts'

const KEY = 'cd'.repeat(32)

const pgInstant = (epochMs: number): string => new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '+00')

/** A row as Postgres writes it. */
export const toPg = (entity: EntityName, row: Row): PgRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value === null) return [name, null]
      return [name, kindOf(entity, name) === 'instant' ? pgInstant(Number(value)) : String(value)]
    }),
  )

/** The replica of a data folder with every shape whole. */
export class SnapshotReplica {
  readonly dir: string
  readonly db: Db
  readonly #writers: ReadonlyMap<EntityName, ReplicaWriter>

  constructor(dir: string) {
    this.dir = dir
    this.db = openDatabase({ path: path.join(dir, 'replica.db'), key: KEY, durability: 'normal' })
    migrate(this.db, REPLICA_MIGRATIONS)
    this.#writers = new Map(ENTITY_NAMES.map((entity) => [entity, new ReplicaWriter(this.db, entity)]))
    for (const writer of this.#writers.values())
      writer.apply('main', [SNAPSHOT_END, UP_TO_DATE], { handle: 'h', offset: '0_0', upToDate: true })
    replicaHandlers(this.db)
  }

  /** Applies changes as the log of a shape brings them; answers the ids. */
  change(entity: FeedEntity, rows: readonly Row[], removes: readonly string[] = []): readonly RecordRef[] {
    const messages = [
      ...rows.map((row) => change('insert', toPg(entity, row))),
      ...removes.map((id) => change('delete', { id })),
      UP_TO_DATE,
    ]
    const applied = this.#writers.get(entity)?.apply('main', messages, { handle: 'h', offset: '1_0', upToDate: true })
    return applied?.changed.map((id) => ({ entity, id })) ?? []
  }

  wipe(entity: EntityName): void {
    this.#writers.get(entity)?.wipe()
    this.#writers.get(entity)?.apply('main', [SNAPSHOT_END, UP_TO_DATE], { handle: 'i', offset: '0_0', upToDate: true })
  }

  forget(seq: number): void {
    transact(this.db, () => this.db.prepare('delete from changes where seq <= ?').run(seq))
  }
}

const localThread = <C extends Calls>(file: string, handlers: Handlers<C>): ThreadClient<C> => {
  let listener: (answer: ThreadAnswer) => void = () => {}
  return new ThreadClient<C>(
    {
      postMessage: (message) => {
        const request = structuredClone(message) as ThreadRequest<C>
        queueMicrotask(() => listener(structuredClone(answerCall<C>(file, handlers, request).value)))
      },
      on: (event: string, listen: unknown) => {
        if (event === 'message') listener = listen as (answer: ThreadAnswer) => void
      },
      terminate: async () => {},
    },
    () => {},
  )
}

/** A query service fed by the sync process' own feed and saver over a replica, in one thread, with a clock that is turned by hand. */
export class SnapshotClient {
  readonly toWorker: ToQueryWorker['t'][] = []
  readonly fromWorker: FromQueryWorker['t'][] = []
  readonly service: QueryService
  readonly columns: ColumnsFile
  readonly feed: QueryFeed
  readonly #work: (() => void)[] = []
  readonly #timers: (() => void)[] = []
  readonly #saver: SnapshotSaver
  #limit: () => void = () => {}
  #activity = 0

  /** @param useSnapshots false: rows only */
  constructor(
    replica: SnapshotReplica,
    overlays: ReadonlyMap<string, RecordRef & Shown>,
    useSnapshots: boolean,
    layout?: string,
  ) {
    this.columns = new ColumnsFile(path.join(replica.dir, 'columns.db'), KEY)
    const reader = localThread<ReaderCalls>('replica.db', readerHandlers(replica.db, this.columns))
    const writer = localThread<ReplicaCalls>('replica.db', replicaHandlers(replica.db))
    const memory = { hiddenAccounts: new Set<string>(), refs: () => overlays.values() }
    for (const { entity, id, row } of overlays.values())
      if (entity === 'accounts' && !row) memory.hiddenAccounts.add(id)
    const snapshots = new ColumnSnapshots({
      memory,
      reader,
      writer,
      untold: () => false,
      opened: changesEnd(replica.db),
    })
    const clock: Clock = {
      now: () => 0,
      after: (delayMs, work) => {
        if (delayMs === CHECK_MS) this.#timers.push(work)
        else this.#limit = work
        return () => {}
      },
    }
    let toService: (message: ToQueryWorker) => void = () => {}
    const post = (message: ToQueryWorker): void => {
      this.#activity++
      this.toWorker.push(message.t)
      toService(structuredClone(message))
    }
    this.feed = new QueryFeed(
      {
        page: (request) => reader.call('page', request),
        rows: (entity, ids) => reader.call('rows', { entity, ids }),
        overlay: (entity, id) => overlays.get(`${entity} ${id}`),
        overlaid: (entity) => [...overlays.values()].flatMap((shown) => (shown.entity === entity ? [shown.id] : [])),
        pause: async () => {},
        hiddenAccounts: () => memory.hiddenAccounts,
        complete: () => true,
        snapshot: (wanted) => snapshots.offer(wanted),
        dropSnapshot: () => snapshots.drop(),
      },
      post,
      (error) => {
        throw error
      },
    )
    const log = (message: string, context: Record<string, unknown>): void => {
      throw new Error(`${message} ${JSON.stringify(context)}`)
    }
    const saver = new SnapshotSaver({ clock, snapshots, feed: this.feed, post, log })
    this.#saver = saver
    this.service = createQueryService({
      today: () => TODAY,
      now: () => performance.now(),
      pause: (work) => void this.#work.push(work),
      after: (_delayMs, work) => {
        this.#work.push(work)
        return () => void this.#work.splice(this.#work.indexOf(work), 1)
      },
      whenQuiet: (work) => void this.#work.push(work),
    })
    this.service.connect({
      postMessage: (message) => {
        this.#activity++
        this.fromWorker.push(message.t)
        const said = structuredClone(message)
        queueMicrotask(() => {
          if (said.t === 'snapshot-piece' || said.t === 'snapshot-end' || said.t === 'snapshot-dropped')
            saver.receive(said)
          else if (said.t === 'hello' && !useSnapshots) this.feed.receive({ t: 'hello', protocol: said.protocol })
          else if (said.t === 'hello') this.feed.receive({ ...said, layout: layout ?? said.layout ?? '' })
          else if (said.t !== 'opened') this.feed.receive(said)
        })
      },
      listen: (listener) => {
        toService = listener
      },
      close: () => {},
    })
  }

  /** Turns the event loop until nothing is said any more. */
  async quiet(): Promise<void> {
    for (let idle = 0; idle < 8; ) {
      const before = this.#activity
      const work = this.#work.splice(0)
      for (const run of work) run()
      await new Promise((resolve) => setImmediate(resolve))
      idle = before === this.#activity && work.length === 0 ? idle + 1 : 0
    }
  }

  /** Lets the saver look once. */
  look(): void {
    for (const work of this.#timers.splice(0)) work()
  }

  /** Lets the saver look twice, so that it has seen the quiet, and store what it wants. */
  async save(): Promise<void> {
    this.look()
    await this.quiet()
    this.look()
    await this.quiet()
  }

  /** Stores what is due, as when the app stops. `timeUp`: the worker's answers are not waited for. */
  async stop(timeUp = false): Promise<void> {
    let stopped = false
    const saving = this.#saver.saveNow(1).then(() => {
      stopped = true
    })
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    if (timeUp) this.#limit()
    else await this.quiet()
    while (!stopped && !timeUp) await this.quiet()
    await saving
    this.#saver.stop()
    await this.quiet()
  }

  /** A list's total, facets, and first rows with their marks. */
  async answer(spec: ListSpec): Promise<unknown> {
    const opened = await this.service.open(spec, () => {})
    const rows = await this.service.rows(opened.list, 0, 500)
    this.service.close(opened.list)
    const { list: _, ...summary } = opened
    return { summary, rows }
  }

  loadedFrom(): 'snapshot' | 'rows' {
    return this.toWorker.includes('piece') ? 'rows' : 'snapshot'
  }
}
