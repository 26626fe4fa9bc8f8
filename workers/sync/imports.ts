import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { dedupeProblem } from '../../core/csv/dedupe.ts'
import type { ImportEntity } from '../../core/csv/synonyms.ts'
import { OutpostError, toAppError } from '../../core/errors.ts'
import type { CsvMapping, ImportPreview, ImportProgress } from '../../core/protocol/window-api.ts'
import { ACCOUNT_KEYS, withAccountIds } from './import/chunk.ts'
import { startCsvThread } from './import/csv-thread.ts'
import type { ImportEvents, ImportHost } from './import/host.ts'
import { changeJobRecord, createJobRecord, progressOfRecord } from './import/job-record.ts'
import { KeyIndex } from './import/keys.ts'
import { rowId } from './import/row-id.ts'
import { ImportRun } from './import/run.ts'
import { RunningImports } from './import/running.ts'

/** Ids taken back, or looked up, in one call. */
const UNDO_CHUNK = 1_000

export interface ImportRequest {
  readonly file: string
  readonly entity: ImportEntity
  /** Null maps by header names. */
  readonly mapping: CsvMapping | null
  /** Rows that match a record by one of these fields are skipped. */
  readonly dedupe?: readonly string[]
}

export interface ImportOutcome extends ImportProgress {
  /** Rows left out because they are there already; part of `rejectedCount`. */
  readonly skipped: number
}

/** CSV imports: what `import.*` of the window API and `cli import` ask for. Methods throw `OutpostError`. */
export class Imports {
  readonly #host: ImportHost
  readonly #events: ImportEvents
  readonly #newId: () => string
  readonly #running: RunningImports
  readonly #runs = new Map<string, { readonly run: ImportRun; ended: Promise<ImportOutcome> }>()
  readonly #undoing = new Set<string>()

  /** @param newId makes the job's UUIDv7 */
  constructor(host: ImportHost, events: ImportEvents, newId: () => string) {
    this.#host = host
    this.#events = events
    this.#newId = newId
    this.#running = new RunningImports(host)
  }

  /** Imports that a crash cut off become cancelled ones, which can be undone whole. Once, at start. */
  async recover(): Promise<void> {
    for (const { job, rejected } of await this.#running.takeLeftOver()) {
      const made = await this.#host.groupEdits(job)
      const change = { state: 'cancelled', created_rows: made.length, rejected_rows: rejected } as const
      // A replica that is being fetched anew may not hold the record yet: the next start tries again.
      if (!(await changeJobRecord(this.#host, job, change))) await this.#running.put(job, rejected)
    }
  }

  /** The mapping and the first rows as they would be stored; writes nothing. */
  async preview({ file, entity, mapping }: ImportRequest): Promise<ImportPreview> {
    const { members, currency } = await this.#context()
    const task = { job: 'preview' as const, file, entity, mapping, members: [...members], currency }
    const thread = startCsvThread(task)
    try {
      const { value: message } = await thread.messages().next()
      if (message?.t === 'preview') return await this.#withAccounts(entity, message.preview)
      const error = message?.t === 'failed' ? message.error : new OutpostError('internal').error
      throw new OutpostError(error.code, error.message, error.context)
    } finally {
      await thread.stop()
    }
  }

  /** Begins an import; answers once the file was checked whole and the import's record is in the outbox. */
  async start(request: ImportRequest): Promise<{ readonly job: string }> {
    const job = this.#newId()
    const run = await this.#open(job, request, async (creates) => {
      const made = await this.#host.submit(creates, job)
      if (!made.ok) throw new OutpostError(made.error.code, made.error.message, made.error.context)
    })
    const { memberId } = await this.#context()
    const totalRows = await run.checked()
    try {
      await this.#running.put(job, 0)
      await createJobRecord(this.#host, job, {
        file_name: basename(request.file).slice(0, 500),
        entity: request.entity,
        total_rows: totalRows,
        created_by: memberId,
      })
    } catch (thrown) {
      await run.stop()
      await this.#running.remove(job)
      throw thrown
    }
    this.#events.progress(run.progress)
    this.#runs.set(job, { run, ended: this.#finish(job, run) })
    return { job }
  }

  /** Goes through the whole file as an import would, and writes nothing. */
  async dryRun(request: ImportRequest): Promise<ImportOutcome> {
    const run = await this.#open(this.#newId(), request, null)
    await run.checked()
    const progress = await run.toEnd()
    return { ...progress, skipped: run.skipped }
  }

  /** How an import of this process ended. */
  async ended(job: string): Promise<ImportOutcome> {
    const found = this.#runs.get(job)
    if (!found) throw new OutpostError('not_found')
    return await found.ended
  }

  /** Stops an import; what it made so far stays and can be undone. */
  async cancel(job: string): Promise<void> {
    const found = this.#runs.get(job)
    if (!found) throw new OutpostError('not_found')
    await found.run.cancel()
    await found.ended
  }

  /** Takes back all that an import made, whatever of it was sent. */
  async undo(job: string): Promise<{ readonly cancelled: number; readonly reversed: number }> {
    if (this.#runs.has(job)) await this.cancel(job)
    const row = await this.#host.row('import_jobs', job)
    const record = row && progressOfRecord(row)
    if (!record) throw new OutpostError('not_found')
    if (record.state === 'undone' || this.#undoing.has(job)) return { cancelled: 0, reversed: 0 }
    this.#undoing.add(job)
    try {
      const taken = await this.#takeBack(record)
      await changeJobRecord(this.#host, job, { state: 'undone' })
      const known = this.#runs.get(job)?.run.progress ?? record
      this.#runs.delete(job)
      this.#events.progress({ ...known, state: 'undone' })
      return taken
    } finally {
      this.#undoing.delete(job)
    }
  }

  /** Imports of this process as they stand, then the others of the workspace, newest first. */
  async list(): Promise<ImportProgress[]> {
    const here = [...this.#runs.values()].map(({ run }) => run.progress)
    const records = (await this.#host.jobs()).map(progressOfRecord).filter((item) => item !== null)
    const others = records.filter((record) => !this.#runs.has(record.job))
    return [...here, ...others].sort((a, b) => (a.job < b.job ? 1 : -1))
  }

  /** Cancels whatever runs, for the process to end. */
  async close(): Promise<void> {
    for (const { run, ended } of this.#runs.values()) {
      await run.cancel()
      await ended
    }
  }

  async #open(
    job: string,
    { file, entity, mapping, dedupe = [] }: ImportRequest,
    write: ConstructorParameters<typeof ImportRun>[1]['write'],
  ): Promise<ImportRun> {
    const problem = dedupeProblem(entity, dedupe)
    if (problem) throw new OutpostError(problem.code, problem.message, problem.context)
    const { members, currency } = await this.#context()
    return new ImportRun(this.#host, {
      job,
      task: { job: 'import', file, entity, mapping, members: [...members], currency },
      fileName: basename(file),
      dedupe,
      write,
      onAway: (rows) => this.#events.rejected?.(rows),
      onProgress: async (progress) => {
        if (write) await this.#running.put(job, progress.rejectedCount)
        this.#events.progress(progress)
      },
    })
  }

  async #finish(job: string, run: ImportRun): Promise<ImportOutcome> {
    let progress = await run.toEnd()
    try {
      await changeJobRecord(this.#host, job, {
        state: progress.state === 'done' ? 'done' : 'cancelled',
        created_rows: progress.created,
        rejected_rows: progress.rejectedCount,
      })
      await this.#running.remove(job)
    } catch (thrown) {
      const { code, message } = toAppError(thrown)
      progress = { ...progress, state: 'failed', error: { code, message } }
    }
    this.#events.progress(progress)
    return { ...progress, skipped: run.skipped }
  }

  async #context(): Promise<NonNullable<Awaited<ReturnType<ImportHost['context']>>>> {
    const context = await this.#host.context()
    if (context) return context
    throw new OutpostError('invalid_request', 'This data folder was never synced: sync it once before importing.')
  }

  /** A preview of children names the accounts that would be found, or says that they are not there. */
  async #withAccounts(entity: ImportEntity, preview: ImportPreview): Promise<ImportPreview> {
    if (entity === 'accounts') return preview
    const accounts = await KeyIndex.of(this.#host, 'accounts', ACCOUNT_KEYS)
    const rows = preview.rows.map((row) => {
      const resolved = withAccountIds(entity, row.values, accounts)
      return row.problem === null && 'problem' in resolved ? { ...row, problem: resolved.problem } : row
    })
    return { ...preview, rows }
  }

  /**
   * First the edits that the outbox still knows (unsent creates are cancelled, the rest reversed), then, for an old
   * import whose receipts are gone, every row that is still listed under the id that the import gave it.
   */
  async #takeBack({ job, entity, rows, created }: ImportProgress): Promise<{ cancelled: number; reversed: number }> {
    const edits = await this.#host.groupEdits(job)
    let cancelled = 0
    let reversed = 0
    for (let end = edits.length; end > 0; end -= UNDO_CHUNK) {
      const done = await this.#host.undo(edits.slice(Math.max(0, end - UNDO_CHUNK), end))
      cancelled += done.cancelled
      reversed += done.reversed
      await setImmediate()
    }
    if (edits.length >= created) return { cancelled, reversed }
    for (let at = 0; at < rows; at += UNDO_CHUNK) {
      const ids = Array.from({ length: Math.min(UNDO_CHUNK, rows - at) }, (_, index) => rowId(job, at + index))
      const listed = await Promise.all(ids.map(async (id) => ((await this.#host.row(entity, id)) ? [id] : [])))
      const deletes = listed.flat().map((id) => ({ op: 'delete' as const, entity, record_id: id }))
      if (deletes.length === 0) continue
      const done = await this.#host.submit(deletes, null)
      if (!done.ok) throw new OutpostError(done.error.code, done.error.message, done.error.context)
      reversed += deletes.length
    }
    return { cancelled, reversed }
  }
}
