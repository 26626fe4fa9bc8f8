import { fork } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** The demo's "now" in benches: the same rows in every run. */
export const BENCH_EPOCH_MS = Date.UTC(2026, 5, 1)

export const serverOptions = z.object({
  dataDir: z.string(),
  rows: z.number().int().min(1),
  /** Hardly a row of anything but accounts. */
  accountsOnly: z.boolean(),
})

export interface ServerReady {
  readonly gatewayUrl: string
  readonly electricUrl: string
  readonly postgresUrl: string
  readonly workspaceId: string
  /** Of an admin. */
  readonly token: string
}

export type ServerRequest = 'stop'

export interface BenchServer extends ServerReady {
  stop(): Promise<void>
}

const root = path.resolve(import.meta.dirname, '../..')

/**
 * Starts the backend in its own process; the data is made once and kept under `.outpost/bench`.
 *
 * @param name of the data: a bench that adds rows keeps its own
 */
export const startServer = async (
  rows: number,
  accountsOnly: boolean,
  name = accountsOnly ? 'accounts' : 'demo',
): Promise<BenchServer> => {
  const dataDir = path.join(root, '.outpost/bench', `${name}-${rows}`)
  mkdirSync(dataDir, { recursive: true })
  const options: z.infer<typeof serverOptions> = { dataDir, rows, accountsOnly }
  const child = fork(path.join(import.meta.dirname, 'server-process.ts'), [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await new Promise<ServerReady>((resolve, reject) => {
    child.once('message', (message) => resolve(message as ServerReady))
    child.once('error', reject)
    void exited.then(() => reject(new Error('The backend did not start.')))
  })
  return {
    ...ready,
    stop: async () => {
      if (child.connected) child.send('stop' satisfies ServerRequest)
      await exited
    },
  }
}

/** Reads a whole shape once, as an earlier client would have, so that the server has it ready. Answers its bytes. */
export const warmShape = async (server: BenchServer, table: string): Promise<number> => {
  const base = `${server.gatewayUrl}/v1/workspaces/${server.workspaceId}/shape?table=${table}`
  let [offset, handle, bytes] = ['-1', '', 0]
  for (;;) {
    const position = handle === '' ? '' : `&handle=${handle}`
    const answer = await fetch(`${base}&offset=${offset}${position}`, {
      headers: { authorization: `Bearer ${server.token}` },
    })
    if (answer.status !== 200) throw new Error(`The shape answered ${answer.status}`)
    const body = await answer.arrayBuffer()
    bytes += body.byteLength
    if (answer.headers.has('electric-up-to-date')) return bytes
    offset = answer.headers.get('electric-offset') ?? ''
    handle = answer.headers.get('electric-handle') ?? ''
  }
}
