import { parentPort, workerData } from 'node:worker_threads'
import { CHUNK_CREDIT, csvTask, type FromCsv, type ToCsv } from '../../core/csv/thread.ts'
import { toAppError } from '../../core/errors.ts'
import { previewCsv } from './preview.ts'
import { stageCsv } from './stage.ts'

/** The csv thread: one task, told by its worker data, then it ends. It is cancelled by being terminated. */
const port = parentPort
if (!port) throw new Error('workers/csv/thread.ts runs as a worker thread')

let credit = CHUNK_CREDIT
let resume: (() => void) | null = null
port.on('message', (message: ToCsv) => {
  if (message.t !== 'more') return
  credit++
  resume?.()
})

const send = async (message: FromCsv): Promise<void> => {
  if (message.t === 'rows') {
    while (credit === 0) {
      await new Promise<void>((woken) => {
        resume = woken
      })
    }
    credit--
  }
  port.postMessage(message)
}

try {
  const task = csvTask.parse(workerData)
  if (task.job === 'preview') await send({ t: 'preview', preview: await previewCsv(task) })
  else await stageCsv(task, send)
} catch (thrown) {
  await send({ t: 'failed', error: toAppError(thrown) })
}
port.close()
