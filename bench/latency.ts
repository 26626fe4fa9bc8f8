import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ShapeStream } from '@electric-sql/client'
import pg from 'pg'
import { PROTOCOL_VERSION } from '../core/protocol/version.ts'
import { MessageChannelMain } from '../hosts/electron/port-hub.ts'
import { utilityProcess } from '../hosts/electron/utility-process.ts'
import { type Bench, median } from './bench.ts'
import { percentile } from './figures.ts'
import { type BenchServer, startServer } from './world/server.ts'
import { BENCH_KEY, startSync } from './world/sync-process.ts'

const COMMITS = 300
const ROUNDS = 2
/** Between commits: each finds everything at rest, as a colleague's change does. */
const PAUSE_MS = 40

/** Somebody who is told rows: calls back with the city of a row that arrived. */
interface Listener {
  /** At once when the row itself is told, at the latest. */
  onCity(listener: (city: string) => void): void
  stop(): Promise<void>
}

const shapeUrl = (server: BenchServer): string => `${server.gatewayUrl}/v1/workspaces/${server.workspaceId}/shape`

/** ShapeStream by itself in the bench's own process, as its documentation shows it: no process and no port between. */
const bareInside = async (server: BenchServer): Promise<Listener> => {
  let tell: (city: string) => void = () => {}
  const abort = new AbortController()
  const stream = new ShapeStream({
    url: shapeUrl(server),
    params: { table: 'accounts' },
    headers: { authorization: `Bearer ${server.token}` },
    signal: abort.signal,
  })
  const upToDate = Promise.withResolvers<void>()
  stream.subscribe((messages) => {
    for (const message of messages)
      if ('value' in message) tell(String(message.value['city'] ?? ''))
      else if (message.headers.control === 'up-to-date') upToDate.resolve()
  })
  await upToDate.promise
  return {
    onCity: (listener) => {
      tell = listener
    },
    stop: async () => abort.abort(),
  }
}

/** ShapeStream by itself where the product has its own: in a process that tells rows over a port. Nothing is stored. */
const bareProcess = async (server: BenchServer): Promise<Listener> => {
  let tell: (city: string) => void = () => {}
  const child = utilityProcess.fork(path.join(import.meta.dirname, 'latency/bare-process.ts'), [], { stdio: 'inherit' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const upToDate = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    void exited.then(() => reject(new Error('The bare client ended.')))
  })
  const { port1, port2 } = new MessageChannelMain()
  child.postMessage({ url: shapeUrl(server), token: server.token }, [port2])
  port1.on('message', ({ data }: { data: { readonly city?: unknown } }) => tell(String(data.city ?? '')))
  port1.start()
  await upToDate
  return {
    onCity: (listener) => {
      tell = listener
    },
    stop: async () => {
      child.kill()
      await exited
    },
  }
}

/** The product: from the sync process over the query worker's line, after the row is on disk. */
const outpost = async (server: BenchServer, dataDir: string): Promise<Listener> => {
  let tell: (city: string) => void = () => {}
  const sync = await startSync({
    gateway: server.gatewayUrl,
    workspace: server.workspaceId,
    token: server.token,
    dataDir,
    databaseKey: BENCH_KEY,
    logPath: null,
  })
  const loaded = Promise.withResolvers<void>()
  const line = sync.queryLine()
  let left = 4
  line.onMessage((message) => {
    if (message.t === 'piece') line.post({ t: 'ack' })
    else if (message.t === 'loaded' && --left === 0) loaded.resolve()
    else if (message.t === 'commit')
      for (const { upserts } of message.changes) for (const { values } of upserts) tell(String(values['city']))
  })
  line.post({ t: 'hello', protocol: PROTOCOL_VERSION })
  await loaded.promise
  return {
    onCity: (listener) => {
      tell = listener
    },
    stop: () => sync.stop(),
  }
}

/** Milliseconds from the answer to each commit until the listener is told. */
const measure = async (client: pg.Client, ids: readonly string[], listener: Listener): Promise<readonly number[]> => {
  const times: number[] = []
  for (const [n, id] of ids.entries()) {
    const city = `Told ${Date.now()} ${n}`
    const told = new Promise<number>((resolve) => {
      listener.onCity((seen) => {
        if (seen === city) resolve(performance.now())
      })
    })
    await client.query('update accounts set city = $1 where id = $2', [city, id])
    const committedMs = performance.now()
    times.push(Math.max(0, (await told) - committedMs))
    await pause(PAUSE_MS)
  }
  return times
}

/**
 * How long after a commit in Postgres a row is told: by Outpost at the query worker's port, and by a bare ShapeStream.
 *
 * The bare client of `ratio_to_bare_client` runs in a process of its own and tells rows over the same kind of port, so
 * that both are timed at the same place, over the same hop. What is left is what the product adds: the row on disk, the
 * outbox asked, the row as a list shows it. `ratio_to_bare_in_process` is beside a ShapeStream inside the process that
 * commits, which has neither hop.
 */
export const latency: Bench = async ({ rows, log }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'outpost-bench-'))
  log(`the server and ${rows} accounts`)
  const server = await startServer(rows, true)
  const client = new pg.Client({ connectionString: server.postgresUrl })
  try {
    await client.connect()
    const found = await client.query<{ id: string }>(
      'select id from accounts where workspace_id = $1 and deleted_at is null order by id limit $2',
      [server.workspaceId, COMMITS],
    )
    const ids = found.rows.map(({ id }) => id)
    const [inside, bare, product]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < ROUNDS; round++)
      for (const [times, open] of [
        [inside, () => bareInside(server)],
        [bare, () => bareProcess(server)],
        [product, () => outpost(server, path.join(root, 'client'))],
      ] as const) {
        const listener = await open()
        await measure(client, ids.slice(0, 20), listener)
        times.push(...(await measure(client, ids, listener)))
        await listener.stop()
        log(`round ${round + 1}: median ${median(times).toFixed(2)} ms`)
      }
    return {
      rows,
      commits: product.length,
      bare_in_process_p50_ms: median(inside),
      bare_p50_ms: median(bare),
      bare_p99_ms: percentile(bare, 0.99),
      outpost_p50_ms: median(product),
      outpost_p99_ms: percentile(product, 0.99),
      ratio_to_bare_in_process: median(product) / median(inside),
      ratio_to_bare_client: median(product) / median(bare),
    }
  } finally {
    await client.end()
    await server.stop()
    rmSync(root, { recursive: true, force: true })
  }
}
