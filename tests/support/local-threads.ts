import { ColumnsFile } from '../../db/sqlite/columns-file.ts'
import { type Db, openDatabase } from '../../db/sqlite/connection.ts'
import type { ReaderCalls } from '../../workers/sync/reader-calls.ts'
import { readerHandlers } from '../../workers/sync/reader-service.ts'
import type { ReplicaCalls } from '../../workers/sync/replica-calls.ts'
import { replicaHandlers } from '../../workers/sync/replica-service.ts'
import type { Calls, ThreadAnswer, ThreadRequest } from '../../workers/sync/thread-client.ts'
import { answerCall, type Handlers } from '../../workers/sync/thread-server.ts'
import type { ThreadPort, Threads } from '../../workers/sync/threads.ts'

/** The engine's threads inside the test's own, with the replica's connection in reach. */
export interface LocalThreads extends Threads {
  /** The writing connection of replica.db. */
  readonly replicaDb: () => Db
}

export const localThreads = (): LocalThreads => {
  let db: Db | null = null
  return {
    replica: ({ replicaPath, databaseKey }) =>
      portOf<ReplicaCalls>(() => {
        db = openDatabase({ path: replicaPath, key: databaseKey, durability: 'normal' })
        return replicaHandlers(db)
      }),
    reader: ({ replicaPath, columnsPath, databaseKey }) =>
      portOf<ReaderCalls>(() =>
        readerHandlers(
          openDatabase({ path: replicaPath, key: databaseKey, durability: 'normal', readonly: true }),
          new ColumnsFile(columnsPath, databaseKey),
        ),
      ),
    replicaDb: () => {
      if (!db) throw new Error('The replica is not open yet')
      return db
    },
  }
}

const portOf = <C extends Calls>(open: () => Handlers<C>): ThreadPort => {
  let listener: (message: ThreadAnswer) => void = () => {}
  let handlers: Handlers<C> | null = null
  const opened = (): Handlers<C> => {
    handlers ??= open()
    return handlers
  }
  return {
    postMessage: (message) => {
      setImmediate(() => {
        const { value } = answerCall('replica.db', opened, structuredClone(message) as ThreadRequest<C>)
        setImmediate(() => listener(value))
      })
    },
    on: (event: 'message' | 'error' | 'exit', listen: (value: never) => void) => {
      if (event === 'message') listener = listen as (message: ThreadAnswer) => void
    },
    terminate: async () => {},
  }
}
