import { workerData } from 'node:worker_threads'
import { openDatabase } from '../../db/sqlite/connection.ts'
import type { ReplicaCalls } from './replica-calls.ts'
import { replicaHandlers } from './replica-service.ts'
import { serveThread } from './thread-server.ts'
import type { ThreadData } from './threads.ts'

/** Page cache of the writer, kibibytes: what the index builds of a large first load work in. */
const CACHE_KIB = 65_536

const { replicaPath, databaseKey }: ThreadData = workerData
const db = openDatabase({ path: replicaPath, key: databaseKey, durability: 'normal', cacheKiB: CACHE_KIB })
serveThread<ReplicaCalls>('replica.db', replicaHandlers(db))
