import { workerData } from 'node:worker_threads'
import { dieAfterCommit, dieAhead } from './crash-point.ts'

if (typeof workerData.dieAfter === 'number') dieAfterCommit(workerData.dieAfter)
if (typeof workerData.dieAhead === 'number') dieAhead(workerData.dieAhead)
await import('../../../workers/sync/replica-thread.ts')
