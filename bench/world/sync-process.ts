import path from 'node:path'
import type { FromQueryWorker, ToQueryWorker } from '../../core/protocol/query-port.ts'
import type { FromSync, SyncConfig, ToSync } from '../../core/protocol/sync-process.ts'
import type { Answers, EventName, Events, Params, SyncMethod } from '../../core/protocol/window-api.ts'
import { MessageChannelMain } from '../../hosts/electron/port-hub.ts'
import { utilityProcess } from '../../hosts/electron/utility-process.ts'

/** The key of the benches' databases. */
export const BENCH_KEY = 'ab'.repeat(32)

const ENTRY = path.resolve(import.meta.dirname, '../../workers/sync/process.ts')

/** One end of the query worker's line. */
export interface QueryLine {
  post(message: FromQueryWorker): void
  onMessage(listener: (message: ToQueryWorker) => void): void
}

/** The product's sync process, forked as the stand-in forks it. */
export interface SyncProcess {
  call<M extends SyncMethod>(method: M, params: Params<M>): Promise<Answers[M]>
  onEvent<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void
  /** Resolves when an event holds what is wanted. */
  until<E extends EventName>(event: E, holds: (payload: Events[E]) => boolean): Promise<void>
  setToken(token: string | null): void
  queryLine(): QueryLine
  stop(): Promise<void>
}

type Waiting = { resolve(value: unknown): void; reject(error: Error): void }

/** Starts it and resolves once its files are open. */
export const startSync = async (config: SyncConfig): Promise<SyncProcess> => {
  const child = utilityProcess.fork(ENTRY, [], { stdio: 'inherit' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const calls = new Map<number, Waiting>()
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  const ready = Promise.withResolvers<void>()
  let lastId = 0
  const say = (message: ToSync): void => child.postMessage(message)
  child.on('message', (message: FromSync) => {
    if (message.t === 'ready') ready.resolve()
    else if (message.t === 'failed') ready.reject(new Error(message.error.message))
    else if (message.t === 'event') for (const tell of [...(listeners.get(message.event) ?? [])]) tell(message.payload)
    else {
      const call = calls.get(message.id)
      calls.delete(message.id)
      if (message.result.ok) call?.resolve(message.result.value)
      else call?.reject(new Error(`${message.result.error.code}: ${message.result.error.message}`))
    }
  })
  void exited.then(() => ready.reject(new Error('The sync process ended.')))
  const onEvent: SyncProcess['onEvent'] = (event, listener) => {
    const all = listeners.get(event) ?? new Set()
    listeners.set(event, all.add(listener as (payload: unknown) => void))
    return () => all.delete(listener as (payload: unknown) => void)
  }
  say({ t: 'start', config })
  await ready.promise
  return {
    call: (method, params) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        calls.set(id, { resolve: resolve as (value: unknown) => void, reject })
        say({ t: 'call', id, method, params })
      }),
    onEvent,
    until: (event, holds) =>
      new Promise((resolve) => {
        const stop = onEvent(event, (payload) => {
          if (!holds(payload)) return
          stop()
          resolve()
        })
      }),
    setToken: (token) => say({ t: 'token', token }),
    queryLine: () => {
      const { port1, port2 } = new MessageChannelMain()
      child.postMessage({ t: 'query-port' } satisfies ToSync, [port2])
      port1.start()
      return {
        post: (message) => port1.postMessage(message),
        onMessage: (listener) =>
          port1.on('message', (event: { data: unknown }) => listener(event.data as ToQueryWorker)),
      }
    },
    stop: async () => {
      say({ t: 'stop' })
      await exited
    },
  }
}
