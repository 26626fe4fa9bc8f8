import { Worker } from 'node:worker_threads'
import type { CsvTask, FromCsv, ToCsv } from '../../../core/csv/thread.ts'
import { appError } from '../../../core/errors.ts'

/** A csv thread at work. */
export interface CsvThread {
  /** What it says, in order; ends after `end`, `preview` or `failed`, or when it is stopped. */
  messages(): AsyncGenerator<FromCsv>
  /** Lets it hand over one more chunk. */
  more(): void
  stop(): Promise<void>
}

/** Beside the bundle of the sync process when built, its source otherwise. */
const threadUrl = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('../../csv/thread.ts', import.meta.url)
    : new URL('./csv.js', import.meta.url)

const isLast = (message: FromCsv): boolean => message.t !== 'checked' && message.t !== 'rows'

/** Starts a thread for one file. It dies with a `failed` message, never silently. */
export const startCsvThread = (task: CsvTask): CsvThread => {
  const worker = new Worker(threadUrl(), { workerData: task, name: 'csv' })
  const waiting: FromCsv[] = []
  let wake: (() => void) | null = null
  let stopped = false
  const put = (message: FromCsv): void => {
    waiting.push(message)
    wake?.()
  }
  worker.on('message', put)
  worker.on('error', (error) => put({ t: 'failed', error: appError('internal', error.message) }))
  worker.on('exit', () => put({ t: 'failed', error: appError('internal', 'Reading the file stopped unexpectedly') }))
  return {
    async *messages() {
      while (!stopped) {
        const message = waiting.shift()
        if (message) {
          yield message
          if (isLast(message)) return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
    more: () => worker.postMessage({ t: 'more' } satisfies ToCsv),
    async stop() {
      stopped = true
      wake?.()
      await worker.terminate()
    },
  }
}
