import { type Transferable, Worker } from 'node:worker_threads'
import type { ThreadAnswer } from './thread-client.ts'

/** What both threads are told when they start. */
export interface ThreadData {
  readonly replicaPath: string
  readonly columnsPath: string
  /** 64 hex digits. */
  readonly databaseKey: string
}

/** The part of a worker thread that the engine uses. */
export interface ThreadPort {
  postMessage(message: unknown, transfer: readonly Transferable[]): void
  on(event: 'message', listener: (message: ThreadAnswer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: () => void): unknown
  terminate(): Promise<unknown>
}

/** How the engine gets its threads; tests put their own entries in place. */
export interface Threads {
  replica(data: ThreadData): ThreadPort
  reader(data: ThreadData): ThreadPort
}

// As source the entries lie beside this file; bundled they lie beside sync.js under these names.
const isSource = import.meta.url.endsWith('.ts')
const entry = (source: string, bundled: string): URL => new URL(isSource ? source : bundled, import.meta.url)

/** The product's own threads, as TypeScript source or bundled. */
export const ownThreads: Threads = {
  replica: (data) => new Worker(entry('./replica-thread.ts', './replica.js'), { workerData: data, name: 'replica' }),
  reader: (data) => new Worker(entry('./reader-thread.ts', './reader.js'), { workerData: data, name: 'reader' }),
}
