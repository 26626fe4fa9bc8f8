import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { AppError } from '../../core/errors.ts'
import { uuidv7 } from '../../core/id.ts'
import type { EditInput } from '../../core/protocol/edit.ts'
import type { FeedEntity, FromQueryWorker, ToQueryWorker } from '../../core/protocol/query-port.ts'
import { PROTOCOL_VERSION } from '../../core/protocol/version.ts'
import type { Answers, EventName, Events, Params, SyncMethod } from '../../core/protocol/window-api.ts'
import { type Backend, startBackend } from '../../server/embedded/backend.ts'
import { type Engine, openEngine } from '../../workers/sync/engine.ts'
import { httpFetch } from '../../workers/sync/http-fetch.ts'
import { secureRandom, systemClock } from '../../workers/sync/system.ts'
import { ownThreads, type Threads } from '../../workers/sync/threads.ts'
import { openTempRoot } from './temp-root.ts'

export const TEST_KEY = 'ab'.repeat(32)

/** A backend with a small demo workspace, and SQL on its database. */
export interface SyncWorld {
  readonly backend: Backend
  readonly sql: pg.Pool
  newId(): string
  stop(): Promise<void>
}

export const openSyncWorld = async (accounts = 300): Promise<SyncWorld> => {
  const root = openTempRoot()
  const backend = await startBackend({ dataDir: root, accounts, durable: false, env: {} })
  const sql = new pg.Pool({ connectionString: backend.postgresUrl, max: 3 })
  sql.on('error', () => {})
  return {
    backend,
    sql,
    newId: () => uuidv7(Date.now(), secureRandom),
    stop: async () => {
      await sql.end()
      await backend.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** A list as the query worker would hold it, fed through the real line. */
export interface FedRows {
  readonly rows: Map<FeedEntity, Map<string, string | null>>
  readonly loaded: Set<FeedEntity>
  /** The fewest rows that an entity ever had after it was loaded. */
  readonly fewest: Map<FeedEntity, number>
}

export interface TestClient {
  readonly engine: Engine
  readonly dataDir: string
  readonly events: { [E in EventName]: { event: E; payload: Events[E] } }[EventName][]
  call<M extends SyncMethod>(method: M, params: Params<M>): Promise<Answers[M]>
  submit(...edits: EditInput[]): Promise<string[]>
  /** Waits until it holds, looked at after every event and every few milliseconds. */
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>
  synced(): Promise<void>
  feed(): FedRows
  /** Closes the files but keeps the folder, for the next client of it. */
  stop(): Promise<void>
}

export interface ClientOptions {
  readonly world: SyncWorld
  readonly as: string
  readonly dataDir?: string
  readonly fetch?: typeof fetch
  readonly token?: string
  readonly threads?: Threads
  /** Told what ends the engine; without it every wait fails. */
  readonly onFatal?: (error: AppError) => void
}

const WAIT_MS = 20_000

export const openClient = async ({
  world,
  as,
  dataDir,
  fetch: ownFetch,
  token,
  threads = ownThreads,
  onFatal,
}: ClientOptions): Promise<TestClient> => {
  const { backend } = world
  const dir = dataDir ?? mkdtempSync(path.join(tmpdir(), 'outpost-client-'))
  const events: TestClient['events'] = []
  const fatal: unknown[] = []
  const engine = await openEngine({
    config: {
      gateway: backend.gatewayUrl,
      workspace: backend.workspaceId,
      dataDir: dir,
      databaseKey: TEST_KEY,
      token: token ?? (await backend.tokenFor(as)),
      logPath: null,
    },
    clock: systemClock,
    random: secureRandom,
    fetch: ownFetch ?? httpFetch,
    backoff: { baseMs: 20, capMs: 200 },
    threads,
    onFatal: (error) => (onFatal ? onFatal(error) : fatal.push(error)),
  })
  engine.onEvent((event, payload) => events.push({ event, payload } as TestClient['events'][number]))
  const call: TestClient['call'] = async (method, params) => {
    const answer = await engine.call(method, params)
    if (!answer.ok) throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
    return answer.value as Answers[typeof method]
  }
  const until: TestClient['until'] = async (what, holds) => {
    const end = Date.now() + WAIT_MS
    while (!(await holds())) {
      if (fatal.length > 0) throw new Error(`fatal: ${JSON.stringify(fatal)}`)
      if (Date.now() > end)
        throw new Error(`never ${what}; status ${JSON.stringify(await engine.call('status.get', {}))}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return {
    engine,
    dataDir: dir,
    events,
    call,
    until,
    submit: async (...edits) => (await call('edits.submit', { edits })).ids,
    synced: () => until('synced', () => engine.caughtUp() && engine.drained()),
    feed: () => listenAsQueryWorker(engine),
    stop: () => engine.stop(),
  }
}

const listenAsQueryWorker = (engine: Engine): FedRows => {
  const fed: FedRows = { rows: new Map(), loaded: new Set(), fewest: new Map() }
  let tell: (message: FromQueryWorker) => void = () => {}
  const rowsOf = (entity: FeedEntity): Map<string, string | null> => {
    const known = fed.rows.get(entity) ?? new Map<string, string | null>()
    fed.rows.set(entity, known)
    return known
  }
  const take = (message: ToQueryWorker): void => {
    // A person types all the while.
    if (message.t !== 'reload') queueMicrotask(() => tell({ t: 'opened' }))
    if (message.t === 'piece') {
      const rows = rowsOf(message.entity)
      for (const id of message.ids) rows.set(id, null)
      for (const [position, mark] of message.marks) rows.set(message.ids[position] ?? '', mark)
      queueMicrotask(() => tell({ t: 'ack' }))
    } else if (message.t === 'commit')
      for (const { entity, upserts, removes } of message.changes) {
        const rows = rowsOf(entity)
        for (const id of removes) rows.delete(id)
        for (const { id, mark } of upserts) rows.set(id, mark)
        if (fed.loaded.has(entity))
          fed.fewest.set(entity, Math.min(fed.fewest.get(entity) ?? Number.POSITIVE_INFINITY, rows.size))
      }
    else if (message.t === 'loaded') fed.loaded.add(message.entity)
    else throw new Error('reload')
  }
  engine.connectQueryPort({
    post: (message) => take(structuredClone(message)),
    onMessage: (listener) => {
      tell = listener
    },
    onClose: () => {},
  })
  tell({ t: 'hello', protocol: PROTOCOL_VERSION })
  return fed
}
