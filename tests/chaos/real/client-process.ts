import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Answers } from '../../../core/protocol/window-api.ts'
import type { Result } from '../../../core/result.ts'
import type { ChaosClient } from '../client-port.ts'
import type { ClientRequest, ClientStart, ClientState } from './client-protocol.ts'

const ENTRY = join(import.meta.dirname, 'client.ts')
const DEAD = { ok: false, code: 'dead' } as const

/** One client: a data directory, and the process that runs on it, life after life. */
export class ClientProcess {
  readonly index: number
  readonly memberId: string
  readonly dataDir: string
  token: string
  skewMs = 0
  fullHits = 0
  readonly #start: Omit<ClientStart, 'token' | 'skewMs'>
  readonly #onCrash: (text: string) => void
  #child: ChildProcess | null = null
  #open = false
  #wanted = false
  #errors = ''
  #nextId = 1
  readonly #waiting = new Map<number, (answer: { value?: unknown; error?: unknown } | null) => void>()

  constructor(
    index: number,
    memberId: string,
    token: string,
    start: Omit<ClientStart, 'token' | 'skewMs'>,
    onCrash: (text: string) => void,
  ) {
    this.index = index
    this.memberId = memberId
    this.token = token
    this.dataDir = start.dataDir
    this.#start = start
    this.#onCrash = onCrash
  }

  get up(): boolean {
    return this.#open
  }

  start(): void {
    this.#wanted = true
    if (this.#child) return
    const start: ClientStart = { ...this.#start, token: this.token, skewMs: this.skewMs }
    const child = fork(ENTRY, [JSON.stringify(start)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#child = child
    this.#errors = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-2_000)
    })
    child.on('message', ({ id, ...answer }: { id: number; value?: unknown; error?: unknown }) => {
      if (id === 0) this.#open = true
      this.#waiting.get(id)?.(answer)
      this.#waiting.delete(id)
    })
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return
      this.#forget()
      if (signal === null && code !== 0 && this.#wanted) {
        this.#onCrash(`c${this.index} ended with ${code}: ${this.#errors}`)
        this.start()
      }
    })
  }

  #forget(): void {
    this.#child = null
    this.#open = false
    for (const resolve of this.#waiting.values()) resolve(null)
    this.#waiting.clear()
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#wanted = false
    const child = this.#child
    if (!child) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGCONT')
    child.kill('SIGKILL')
    await gone
    if (this.#child === child) this.#forget()
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name)
  }

  deleteReplica(): void {
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(join(this.dataDir, `replica.db${suffix}`))) rmSync(join(this.dataDir, `replica.db${suffix}`))
  }

  /** Null where the process is gone, or the request failed. */
  ask<T>(request: ClientRequest): Promise<T | null> {
    const child = this.#child
    if (!child?.connected || !this.#open) return Promise.resolve(null)
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#waiting.set(id, (answer) => resolve(answer === null || 'error' in answer ? null : (answer.value as T)))
      child.send({ id, request }, (error) => {
        if (!error) return
        this.#waiting.delete(id)
        resolve(null)
      })
    })
  }

  async state(): Promise<ClientState | null> {
    const state = await this.ask<ClientState>({ t: 'state' })
    if (state) this.fullHits = Math.max(this.fullHits, state.full)
    return state
  }

  /** Ends in order, files closed. */
  async stop(): Promise<void> {
    this.#wanted = false
    await this.ask({ t: 'stop' })
    await this.kill()
  }

  get port(): ChaosClient {
    return {
      index: this.index,
      memberId: this.memberId,
      call: async (method, params) => {
        const answer = await this.ask<Result<unknown>>({ t: 'call', method, params })
        if (answer === null) return DEAD
        return answer.ok
          ? { ok: true, value: answer.value as Answers[typeof method] }
          : { ok: false, code: answer.error.code }
      },
    }
  }
}
