import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { toAppError } from '../../../core/errors.ts'
import { ENTITY_NAMES, type EntityName } from '../../../core/model/entities.ts'
import type { Answers } from '../../../core/protocol/window-api.ts'
import { seededRandom } from '../../../core/random.ts'
import type { Applied } from '../../../db/sqlite/replica-writer.ts'
import { type Engine, openEngine } from '../../../workers/sync/engine.ts'
import type { ReplicaCalls } from '../../../workers/sync/replica-calls.ts'
import type { ThreadAnswer } from '../../../workers/sync/thread-client.ts'
import type { ChaosClient } from '../client-port.ts'
import type { Member } from '../model/tables.ts'
import { Killed, type SimDisk } from './disk.ts'
import type { SimNetwork } from './network.ts'
import { SimProcess } from './process.ts'
import { simThreads } from './threads.ts'
import type { VirtualTime } from './time.ts'
import type { Trace } from './trace.ts'

export const KEY = 'cd'.repeat(32)
export const BACKOFF_CAP_MS = 2_000

export interface MachineDeps {
  readonly time: VirtualTime
  readonly disk: SimDisk
  readonly network: SimNetwork
  readonly trace: Trace
  readonly root: string
  readonly workspace: string
  readonly seed: number
  /** Tells the streams of one run apart from those of any other in this process: the library caches by address. */
  readonly run: string
  readonly onApplied: (machine: Machine, entity: EntityName, applied: Applied) => void
  /** The product emptied the replica: the membership is gone. */
  readonly onWiped: (machine: Machine) => void
  readonly onError: (text: string) => void
  /** The sync process runs: whatever talks to it connects anew. */
  readonly onOpened?: (engine: Engine, process: SimProcess) => void
}

/** One user's computer: a data directory, a clock, and the sync process that runs on it, life after life. */
export class Machine {
  readonly index: number
  readonly member: Member
  readonly name: string
  process: SimProcess
  engine: Engine | null = null
  /** Raised when the token expires; the sync process learns the new one a little later. */
  tokenNumber = 1
  token = 'token-1'
  dir = ''
  #life = 0
  #starting = false
  readonly #deps: MachineDeps

  constructor(deps: MachineDeps, index: number, member: Member) {
    this.#deps = deps
    this.index = index
    this.member = member
    this.name = `c${index}`
    this.process = this.#newProcess(0)
  }

  #newProcess(skewMs: number): SimProcess {
    const { time, seed } = this.#deps
    const random = seededRandom(seed * 7919 + this.index * 101 + this.#life * 13 + 1)
    const process = new SimProcess(this.name, time, random, skewMs)
    process.onCrash = (thrown) => this.crashed(process, thrown)
    return process
  }

  get up(): boolean {
    return this.engine !== null
  }

  /** Starts the sync process over the files of the last life; again after a moment where that fails. */
  start(): void {
    if (this.#starting || this.engine) return
    this.#starting = true
    const { network, trace, time, workspace, run, root } = this.#deps
    if (this.dir === '') {
      this.dir = join(root, `${this.name}-0`)
      mkdirSync(this.dir, { recursive: true })
    }
    const { process, token } = this
    const opened = process.run(() =>
      openEngine({
        config: {
          gateway: `http://${this.name}-${this.#life}.${run}.sim`,
          workspace,
          dataDir: this.dir,
          databaseKey: KEY,
          token,
          logPath: null,
        },
        clock: process.clock,
        random: process.random,
        fetch: network.fetchOf(process, {
          client: this.index,
          member: this.member,
          tokenValid: (bearer) => bearer === `Bearer token-${this.tokenNumber}`,
        }),
        threads: simThreads(process, (method, answer) => this.#seen(method, answer)),
        backoff: { baseMs: 100, capMs: BACKOFF_CAP_MS },
        log: (message, context) =>
          trace.note(time.now, this.name, `${message} ${JSON.stringify(context)}`.replaceAll(`${run}.sim`, 'sim')),
        onFatal: (error) => {
          trace.note(time.now, this.name, `fatal ${error.message}`)
          this.kill()
          time.after(200, () => this.start())
        },
      }),
    )
    opened.then(
      (engine) => {
        this.#starting = false
        if (!process.alive) return
        this.engine = engine
        trace.note(time.now, this.name, 'open')
        // What the sync process is told while its files open waits until they are.
        if (this.token !== token) process.run(() => engine.setToken(this.token))
        this.#deps.onOpened?.(engine, process)
      },
      (thrown: unknown) => {
        this.#starting = false
        if (!process.alive) return
        trace.note(time.now, this.name, `not opened: ${String(thrown)}`)
        this.kill()
        time.after(500, () => this.start())
      },
    )
  }

  /** kill -9: what the files hold at this moment is what the next life finds. */
  kill(): void {
    const { disk, root, time, trace } = this.#deps
    if (!this.process.alive) return
    trace.note(time.now, this.name, 'killed')
    this.process.alive = false
    this.engine = null
    this.#starting = false
    const old = this.dir
    this.#life++
    this.dir = join(root, `${this.name}-${this.#life}`)
    disk.salvage(old, this.dir)
    this.process = this.#newProcess(this.process.skewMs)
    // Not inside a transaction of the dead process, whose connection could not be closed.
    time.after(0, () => disk.remove(old))
  }

  deleteReplica(): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(this.dir, `replica.db${suffix}`), { force: true })
  }

  /** The code of this machine threw where nobody caught it: the process ends, main starts it again. */
  crashed(process: SimProcess, thrown: unknown): void {
    const { time, onError } = this.#deps
    if (thrown instanceof Killed || !process.alive) return
    onError(`${this.name} crashed: ${thrown instanceof Error ? thrown.stack : String(thrown)}`)
    this.kill()
    time.after(200, () => this.start())
  }

  get port(): ChaosClient | null {
    const { engine, process } = this
    if (!engine) return null
    return {
      index: this.index,
      memberId: this.member.id,
      call: async (method, params) => {
        if (!process.alive) return { ok: false, code: 'dead' }
        const answer = await process
          .run(() => engine.call(method, params))
          .catch((thrown: unknown) => ({ ok: false as const, error: toAppError(thrown) }))
        if (!process.alive) return { ok: false, code: 'dead' }
        return answer.ok
          ? { ok: true, value: answer.value as Answers[typeof method] }
          : { ok: false, code: answer.error.code }
      },
    }
  }

  #seen(method: string, answer: ThreadAnswer): void {
    if (method === 'wipe') this.#deps.onWiped(this)
    if (method !== 'apply' || !answer.ok) return
    const { applied } = answer.value as ReplicaCalls['apply']['answer']
    if (applied === null) return
    const entity = ENTITY_NAMES.find((name) => name === applied.state.entity)
    if (entity) this.#deps.onApplied(this, entity, applied)
  }
}
