import { Worker } from 'node:worker_threads'

/** What both threads are told when they start. */
export interface ThreadData {
  readonly replicaPath: string
  /** 64 hex digits. */
  readonly databaseKey: string
}

/** How the engine gets its threads; tests put their own entries in place. */
export interface Threads {
  replica(data: ThreadData): Worker
  reader(data: ThreadData): Worker
}

// As source the entries lie beside this file; bundled they lie beside sync.js under these names.
const isSource = import.meta.url.endsWith('.ts')
const entry = (source: string, bundled: string): URL => new URL(isSource ? source : bundled, import.meta.url)

/** The product's own threads, as TypeScript source or bundled. */
export const ownThreads: Threads = {
  replica: (data) => new Worker(entry('./replica-thread.ts', './replica.js'), { workerData: data, name: 'replica' }),
  reader: (data) => new Worker(entry('./reader-thread.ts', './reader.js'), { workerData: data, name: 'reader' }),
}
