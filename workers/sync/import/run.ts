import { setImmediate } from 'node:timers/promises'
import type { CsvTask, FromCsv } from '../../../core/csv/thread.ts'
import { OutpostError, toAppError } from '../../../core/errors.ts'
import type { ImportProgress, RejectedRow } from '../../../core/protocol/window-api.ts'
import { ACCOUNT_KEYS, type Known, planChunk } from './chunk.ts'
import { type CsvThread, startCsvThread } from './csv-thread.ts'
import type { ImportHost } from './host.ts'
import { KeyIndex } from './keys.ts'

/** Rejected rows that the progress carries; all of them go to `onAway`. */
const KEPT_REJECTED = 200

export interface RunOptions {
  readonly job: string
  readonly task: CsvTask
  readonly fileName: string
  /** Rows that match a record by one of these fields are skipped. */
  readonly dedupe: readonly string[]
  /** Takes the creates of one chunk; null only looks. */
  readonly write: ((creates: Parameters<ImportHost['submit']>[0]) => Promise<void>) | null
  readonly onProgress: (progress: ImportProgress) => Promise<void>
  readonly onAway: (rows: readonly RejectedRow[]) => void
}

/** One file on its way into the outbox. */
export class ImportRun {
  readonly #host: ImportHost
  readonly #options: RunOptions
  readonly #thread: CsvThread
  readonly #messages: AsyncGenerator<FromCsv>
  #progress: ImportProgress
  #skipped = 0
  #cancelled = false

  constructor(host: ImportHost, options: RunOptions) {
    this.#host = host
    this.#options = options
    this.#thread = startCsvThread(options.task)
    this.#messages = this.#thread.messages()
    this.#progress = {
      job: options.job,
      fileName: options.fileName,
      entity: options.task.entity,
      state: 'running',
      bytesRead: 0,
      bytesTotal: 0,
      rows: 0,
      created: 0,
      rejectedCount: 0,
      rejected: [],
      error: null,
    }
  }

  get progress(): ImportProgress {
    return this.#progress
  }

  /** Rows left out because they are there already; part of `rejectedCount`. */
  get skipped(): number {
    return this.#skipped
  }

  /**
   * Waits until the file is checked from end to end. Nothing is written before.
   *
   * @throws OutpostError `not_utf8`, `not_csv`, `file_unreadable`, `invalid_input` (the mapping)
   */
  async checked(): Promise<number> {
    const { value: message } = await this.#messages.next()
    if (message?.t !== 'checked') {
      await this.stop()
      const error = message?.t === 'failed' ? message.error : toAppError(new OutpostError('cancelled'))
      throw new OutpostError(error.code, error.message, error.context)
    }
    this.#progress = { ...this.#progress, rows: message.rows, bytesTotal: message.bytesTotal }
    return message.rows
  }

  /** Takes all chunks; ends in `done`, `cancelled` or `failed`, and never throws. */
  async toEnd(): Promise<ImportProgress> {
    try {
      const known = await this.#known()
      let ended = false
      while (!ended && !this.#cancelled) {
        const { value: message } = await this.#messages.next()
        if (message?.t === 'failed')
          throw new OutpostError(message.error.code, message.error.message, message.error.context)
        if (message?.t === 'rows') await this.#take(message, known)
        else ended = true
        // The thread was stopped from outside before it said that this was all.
        if (message === undefined) this.#cancelled = true
      }
      this.#progress = { ...this.#progress, state: this.#cancelled ? 'cancelled' : 'done' }
    } catch (thrown) {
      const { code, message } = toAppError(thrown)
      this.#progress = { ...this.#progress, state: 'failed', error: { code, message } }
    }
    await this.stop()
    return this.#progress
  }

  /** Takes no further chunk; the one at hand is finished. */
  async cancel(): Promise<void> {
    this.#cancelled = true
    await this.stop()
  }

  async stop(): Promise<void> {
    await this.#thread.stop()
  }

  async #known(): Promise<Known> {
    const { task, dedupe } = this.#options
    return {
      duplicates: await KeyIndex.of(this.#host, task.entity, dedupe),
      accounts: await KeyIndex.of(this.#host, 'accounts', task.entity === 'accounts' ? [] : ACCOUNT_KEYS),
    }
  }

  async #take(message: Extract<FromCsv, { t: 'rows' }>, known: Known): Promise<void> {
    const { job, task, write, onAway, onProgress } = this.#options
    const { creates, rejected, skipped } = planChunk(job, task.entity, message.rows, known)
    if (creates.length > 0 && write) await write(creates)
    const away = [...message.rejected, ...rejected, ...skipped].sort((a, b) => a.line - b.line)
    this.#skipped += skipped.length
    this.#progress = {
      ...this.#progress,
      bytesRead: message.bytesRead,
      created: this.#progress.created + creates.length,
      rejectedCount: this.#progress.rejectedCount + away.length,
      rejected: [...this.#progress.rejected, ...away].slice(0, KEPT_REJECTED),
    }
    onAway(away)
    await onProgress(this.#progress)
    this.#thread.more()
    // Messages of a port are drained without a turn of the event loop: uploads and other work come in here.
    await setImmediate()
  }
}
