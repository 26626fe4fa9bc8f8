import { ColumnsFile } from '../../../db/sqlite/columns-file.ts'
import { openDatabase } from '../../../db/sqlite/connection.ts'
import type { ReaderCalls } from '../../../workers/sync/reader-calls.ts'
import { readerHandlers } from '../../../workers/sync/reader-service.ts'
import type { ReplicaCalls } from '../../../workers/sync/replica-calls.ts'
import { replicaHandlers } from '../../../workers/sync/replica-service.ts'
import type { Calls, ThreadAnswer, ThreadRequest } from '../../../workers/sync/thread-client.ts'
import { answerCall, type Handlers } from '../../../workers/sync/thread-server.ts'
import type { ThreadData, ThreadPort, Threads } from '../../../workers/sync/threads.ts'
import type { SimProcess } from './process.ts'

const HOP_MS = 2

/** A worker thread of a simulated process: its calls are answered in order, each after a moment. */
class SimThread<C extends Calls> implements ThreadPort {
  readonly #process: SimProcess
  readonly #file: string
  readonly #handlers: Handlers<C>
  readonly #onCall: (method: keyof C, answer: ThreadAnswer) => void
  #listener: (message: ThreadAnswer) => void = () => {}
  #busyUntil = 0

  constructor(
    process: SimProcess,
    file: string,
    handlers: Handlers<C>,
    onCall: (method: keyof C, answer: ThreadAnswer) => void,
  ) {
    this.#process = process
    this.#file = file
    this.#handlers = handlers
    this.#onCall = onCall
  }

  postMessage(message: unknown): void {
    const { time, random } = this.#process
    const startAt = Math.max(time.now + random() * HOP_MS, this.#busyUntil)
    this.#busyUntil = startAt
    this.#process.after(startAt - time.now, () => {
      const request = structuredClone(message) as ThreadRequest<C>
      const { value } = answerCall(this.#file, this.#handlers, request)
      this.#onCall(request.method, value)
      this.#process.after(random() * HOP_MS, () => this.#listener(value))
    })
  }

  on(event: 'message' | 'error' | 'exit', listener: (value: never) => void): void {
    if (event === 'message') this.#listener = listener as (message: ThreadAnswer) => void
  }

  async terminate(): Promise<void> {}
}

/** The product's threads, in the one thread of the simulation. */
export const simThreads = (
  process: SimProcess,
  onReplicaCall: (method: keyof ReplicaCalls, answer: ThreadAnswer) => void,
): Threads => ({
  replica: ({ replicaPath, databaseKey }: ThreadData) =>
    new SimThread(
      process,
      'replica.db',
      replicaHandlers(openDatabase({ path: replicaPath, key: databaseKey, durability: 'normal' })),
      onReplicaCall,
    ),
  reader: ({ replicaPath, columnsPath, databaseKey }: ThreadData) =>
    new SimThread<ReaderCalls>(
      process,
      'replica.db',
      readerHandlers(
        openDatabase({ path: replicaPath, key: databaseKey, durability: 'normal', readonly: true }),
        new ColumnsFile(columnsPath, databaseKey),
      ),
      () => {},
    ),
})
