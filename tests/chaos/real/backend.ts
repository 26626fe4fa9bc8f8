import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import pg from 'pg'
import { uuidv7 } from '../../../core/id.ts'
import { migrate } from '../../../db/postgres/migrate.ts'
import { freePort } from '../../../server/embedded/postgres/free-port.ts'
import { type EmbeddedPostgres, startPostgres } from '../../../server/embedded/postgres/start.ts'
import { openTempRoot } from '../../support/temp-root.ts'
import type { Member } from '../model/tables.ts'

const SECRET = 'the-secret-of-a-chaos-run-that-is-long-enough'
const ENDPOINT = join(import.meta.dirname, 'endpoint.ts')
const GATEWAY = join(import.meta.dirname, '../../../server/gateway/main.ts')
const READY_MS = 20_000
/** Characters of a server's log. */
const LAST_WORDS = 2_000

/** A token of a member; `expiresAt` epoch ms. */
export const signToken = ({ userId }: Member, expiresAt: number): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime(Math.floor(expiresAt / 1_000))
    .sign(new TextEncoder().encode(SECRET))

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + READY_MS
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error(`${what} was never there`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

const killed = (child: ChildProcess | null): Promise<void> =>
  new Promise((resolve) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) {
      resolve()
      return
    }
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

/** Postgres, shape endpoint and gateway as processes of their own, each of which may be killed and comes back. */
export class RealBackend {
  readonly #root: string
  readonly #databasePort: number
  readonly #endpointPort: number
  readonly gatewayUrl: string
  readonly #gatewayPort: number
  #postgres: EmbeddedPostgres
  #endpoint: ChildProcess | null = null
  #gateway: ChildProcess | null = null
  #database = ''
  #databases = 0
  sql: pg.Pool

  private constructor(root: string, postgres: EmbeddedPostgres, ports: readonly [number, number]) {
    this.#root = root
    this.#postgres = postgres
    this.#databasePort = postgres.port
    this.#endpointPort = ports[0]
    this.#gatewayPort = ports[1]
    this.gatewayUrl = `http://127.0.0.1:${ports[1]}`
    this.sql = this.#pool('postgres')
  }

  static async open(): Promise<RealBackend> {
    const root = openTempRoot()
    const postgres = await startPostgres({ dataDir: join(root, 'postgres'), durable: false })
    const backend = new RealBackend(root, postgres, [await freePort(), await freePort()])
    await backend.sql.query('create database template_chaos')
    await migrate(backend.#url('template_chaos'))
    return backend
  }

  #url(database: string): string {
    const url = new URL(this.#postgres.url)
    url.pathname = `/${database}`
    return url.href
  }

  #pool(database: string): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.#url(database), max: 3 })
    pool.on('error', () => {})
    return pool
  }

  /** A new database with a workspace of these members, and the servers over it. */
  async begin(workspace: string, members: readonly Member[], random: () => number): Promise<string[]> {
    this.#database = `chaos_${++this.#databases}`
    await this.sql.end()
    const admin = this.#pool('postgres')
    await admin.query(`create database ${this.#database} template template_chaos strategy file_copy`)
    await admin.end()
    this.sql = this.#pool(this.#database)
    await this.sql.query(`insert into workspaces (id, name, currency, time_zone) values ($1, 'Chaos', 'EUR', 'UTC')`, [
      workspace,
    ])
    for (const { id, userId, role, name } of members) {
      const email = `${name}@example.com`
      await this.sql.query('insert into users (id, email) values ($1, $2)', [userId, email])
      await this.sql.query(
        'insert into workspace_members (id, workspace_id, user_id, role, display_name, email) values ($1, $2, $3, $4, $5, $6)',
        [id, workspace, userId, role, name, email],
      )
    }
    const accounts: string[] = []
    for (let i = 0; i < 24; i++) {
      const id = uuidv7(Date.now(), random)
      await this.sql.query(
        `insert into accounts (id, workspace_id, type, company, status, assigned_to) values ($1, $2, 'customer', $3, 'lead', $4)`,
        [id, workspace, `First ${i}`, members[i % members.length]?.id],
      )
      accounts.push(id)
    }
    this.startEndpoint()
    await this.startGateway()
    return accounts
  }

  startEndpoint(): void {
    const args = [
      ENDPOINT,
      this.#url(this.#database),
      join(this.#root, `shapes-${this.#databases}`),
      String(this.#endpointPort),
    ]
    this.#endpoint = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', this.#log('endpoint')] })
  }

  killEndpoint(): Promise<void> {
    return killed(this.#endpoint)
  }

  async startGateway(): Promise<void> {
    this.#gateway = spawn(process.execPath, [GATEWAY], {
      stdio: ['ignore', 'ignore', this.#log('gateway')],
      env: {
        ...process.env,
        DATABASE_URL: this.#url(this.#database),
        ELECTRIC_URL: `http://127.0.0.1:${this.#endpointPort}`,
        JWT_SECRET: SECRET,
        PORT: String(this.#gatewayPort),
      },
    })
    await until('the gateway', async () => (await fetch(`${this.gatewayUrl}/health`)).ok)
  }

  #log(of: 'endpoint' | 'gateway'): number {
    return openSync(this.#logPath(of), 'a')
  }

  #logPath(of: 'endpoint' | 'gateway'): string {
    return join(this.#root, `${of}-${this.#databases}.log`)
  }

  /** The last lines that the servers of this run wrote: where to begin when one has findings. */
  lastWords(): string {
    return (['endpoint', 'gateway'] as const)
      .map((of) => `${of}:\n${readFileSync(this.#logPath(of), 'utf8').slice(-LAST_WORDS)}`)
      .join('\n')
  }

  killGateway(): Promise<void> {
    return killed(this.#gateway)
  }

  /** Ends a shape; its clients are told to fetch it anew. */
  async dropShape(handle: string): Promise<void> {
    const url = `http://127.0.0.1:${this.#endpointPort}/v1/shape?handle=${handle}`
    await fetch(url, { method: 'DELETE' }).catch(() => undefined)
  }

  async killPostgres(): Promise<void> {
    try {
      process.kill(this.#postgres.pid, 'SIGKILL')
    } catch {}
    await until('the end of Postgres', async () => !isAlive(this.#postgres.pid))
  }

  async startPostgres(): Promise<void> {
    this.#postgres = await startPostgres({
      dataDir: join(this.#root, 'postgres'),
      durable: false,
      port: this.#databasePort,
    })
  }

  async end(): Promise<void> {
    await Promise.all([this.killEndpoint(), this.killGateway()])
    await this.sql.query(
      `select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database() and not active`,
    )
    await this.sql.end()
    this.sql = this.#pool('postgres')
    await this.sql.query(`drop database if exists ${this.#database} with (force)`).catch(() => undefined)
  }

  async stop(): Promise<void> {
    await Promise.all([this.killEndpoint(), this.killGateway()])
    await this.sql.end().catch(() => undefined)
    await this.#postgres.stop()
    rmSync(this.#root, { recursive: true, force: true })
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
