import type { Transferable } from 'node:worker_threads'
import { type AppError, appError, OutpostError } from '../../core/errors.ts'
import type { ThreadPort } from './threads.ts'

/** Methods of a thread: parameters and answer by name. */
export type Calls = Record<string, { readonly params: unknown; readonly answer: unknown }>

export interface ThreadRequest<C extends Calls, M extends keyof C = keyof C> {
  readonly id: number
  readonly method: M
  readonly params: C[M]['params']
}

export type ThreadAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: AppError; readonly broken: boolean }

/** A shape's rows no longer fit what the server sends: only a reload of the shape helps. */
export class BrokenShapeError extends OutpostError {}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * Calls to a worker thread, answered in the order made. When the thread dies, every call in flight fails and `onDeath`
 * is told; nobody waits for ever.
 */
export class ThreadClient<C extends Calls> {
  readonly #worker: ThreadPort
  readonly #onFailure: (error: AppError) => void
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #stopping = false
  #dead: Error | null = null

  /** @param onFailure told every call that failed, with the failure */
  constructor(worker: ThreadPort, onDeath: (error: AppError) => void, onFailure: (error: AppError) => void = () => {}) {
    this.#worker = worker
    this.#onFailure = onFailure
    worker.on('message', (answer: ThreadAnswer) => this.#settle(answer))
    worker.on('error', (error) => this.#die(error, onDeath))
    worker.on('exit', () => this.#die(new Error('The thread ended'), onDeath))
  }

  call<M extends keyof C>(
    method: M,
    params: C[M]['params'],
    transfer: readonly Transferable[] = [],
  ): Promise<C[M]['answer']> {
    if (this.#dead) return Promise.reject(this.#dead)
    const id = this.#nextId++
    return new Promise<C[M]['answer']>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, method, params } satisfies ThreadRequest<C, M>, [...transfer])
    })
  }

  /** Lets the calls made so far finish, then ends the thread. `close` is the thread's method that closes its files. */
  async stop(close: keyof C): Promise<void> {
    if (this.#dead) return
    this.#stopping = true
    await this.call(close, null).catch(() => undefined)
    await this.#worker.terminate()
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (!waiting) return
    if (answer.ok) waiting.resolve(answer.value)
    else {
      const { code, message, context } = answer.error
      const Kind = answer.broken ? BrokenShapeError : OutpostError
      waiting.reject(new Kind(code, message, context))
      this.#onFailure(answer.error)
    }
  }

  #die(error: Error, onDeath: (error: AppError) => void): void {
    if (this.#dead) return
    this.#dead = error
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
    if (!this.#stopping) onDeath(appError('internal', `A worker thread stopped: ${error.message}`))
  }
}
