import { workerData } from 'node:worker_threads'
import { ColumnsFile } from '../../db/sqlite/columns-file.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import type { ReaderCalls } from './reader-calls.ts'
import { readerHandlers } from './reader-service.ts'
import { serveThread } from './thread-server.ts'
import type { ThreadData } from './threads.ts'

const { replicaPath, columnsPath, databaseKey }: ThreadData = workerData
serveThread<ReaderCalls>('replica.db', () =>
  readerHandlers(
    openDatabase({ path: replicaPath, key: databaseKey, durability: 'normal', readonly: true, cacheKiB: 16_384 }),
    new ColumnsFile(columnsPath, databaseKey),
  ),
)
