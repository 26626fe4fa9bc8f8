import { workerData } from 'node:worker_threads'
import { dieAfterCommit } from './crash-point.ts'

if (typeof workerData.dieAfter === 'number') dieAfterCommit(workerData.dieAfter)
await import('../../../workers/sync/replica-thread.ts')
