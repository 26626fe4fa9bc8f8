import { once } from 'node:events'
import { createShapeServer } from './http-server.ts'
import { ShapeEngine } from './shape-engine.ts'
import { ShapeRequests } from './shape-requests.ts'
import type { IsVisible } from './visibility.ts'

export type StartShapeEndpointOptions = {
  /** A superuser's connection string; the endpoint makes a publication and a replication slot there. */
  readonly databaseUrl: string
  /** Where snapshots and logs are kept; for this endpoint alone. */
  readonly storageDir: string
  /** Port on 127.0.0.1; any free one without it. */
  readonly port?: number
  /** Asked of every shape request as `secret=`. */
  readonly secret?: string
  /** How long a live request waits for a change; Electric's 20 s without it. */
  readonly liveTimeoutMs?: number
  /** Bound of each shape's log on disk; clients that fall further behind start again. */
  readonly maxLogBytes?: number
  /** About how large a response body gets. */
  readonly chunkBytes?: number
  /** The least recently used shapes beyond it are ended. */
  readonly maxShapes?: number
  /** How long a request waits for Postgres before 503. */
  readonly connectionWaitMs?: number
  readonly now?: () => number
  readonly random?: () => number
  readonly onLog?: (line: string) => void
  /** The rule of the snapshot/log join; replaced only by the test that shows what it is for. */
  readonly isVisible?: IsVisible
}

export type ShapeEndpoint = {
  /** `http://127.0.0.1:<port>`, to be used as Electric's address. */
  readonly url: string
  readonly port: number
  /** `active` once the replication stream runs; until then requests wait, then get 503. */
  status(): 'waiting' | 'starting' | 'active'
  /** Resolves once the stream runs. Throws when it doesn't within `timeoutMs` (30 s without it). */
  ready(timeoutMs?: number): Promise<void>
  /** How many requests wait for a change right now. */
  waiting(): number
  /** Looks for changed tables now instead of within 30 s. */
  checkTables(): Promise<void>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const MB = 1024 * 1024

/**
 * Serves Electric's shape API (`GET /v1/shape`) over Postgres' logical replication. Resolves when it listens; requests wait
 * for the stream by themselves. Handles and offsets survive a restart with the same `storageDir`.
 */
export async function startShapeEndpoint(options: StartShapeEndpointOptions): Promise<ShapeEndpoint> {
  const now = options.now ?? Date.now
  const onLog = options.onLog ?? (() => {})
  const chunkBytes = options.chunkBytes ?? 10 * MB
  const engine = new ShapeEngine({
    databaseUrl: options.databaseUrl,
    storageDir: options.storageDir,
    maxLogBytes: options.maxLogBytes ?? 256 * MB,
    maxShapes: options.maxShapes ?? 1000,
    chunkBytes,
    now,
    onLog,
    ...(options.isVisible ? { isVisible: options.isVisible } : {}),
  })
  const requests = new ShapeRequests(engine, {
    liveTimeoutMs: options.liveTimeoutMs ?? 20_000,
    connectionWaitMs: options.connectionWaitMs ?? 5_000,
    chunkBytes,
    now,
    random: options.random ?? Math.random,
  })
  const server = createShapeServer({ engine, requests, secret: options.secret ?? null, onLog })
  server.listen(options.port ?? 0, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    await engine.stop()
    throw error
  }
  engine.start()
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  const stop = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await engine.stop()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    status: () => engine.status,
    ready: (timeoutMs = 30_000) => engine.whenActive(timeoutMs),
    waiting: () => requests.waiting,
    checkTables: () => engine.sweep(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
