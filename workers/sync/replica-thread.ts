import { workerData } from 'node:worker_threads'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { REPLICA_CACHE_KIB } from './replica-cache.ts'
import type { ReplicaCalls } from './replica-calls.ts'
import { replicaHandlers } from './replica-service.ts'
import { serveThread } from './thread-server.ts'
import type { ThreadData } from './threads.ts'

const { replicaPath, databaseKey }: ThreadData = workerData
serveThread<ReplicaCalls>('replica.db', () =>
  replicaHandlers(
    openDatabase({ path: replicaPath, key: databaseKey, durability: 'normal', cacheKiB: REPLICA_CACHE_KIB }),
  ),
)
