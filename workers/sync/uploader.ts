import { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import { type BackoffLimits, backoffMs } from '../../core/sync/backoff.ts'
import type { OpenEdit } from '../../core/sync/open-edit.ts'
import { afterUpload, nextUploadAt, UPLOAD_START, type UploadState, uploadDue } from '../../core/sync/upload.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { Outbox } from './outbox.ts'

const SETTING = 'upload'
const LONGEST_HOLD_MS = 3_600_000
const STOP_GRACE_MS = 2_000
/** After a failure of our own, milliseconds. */
const INTERRUPTED_MS = 1_000

export interface UploaderDeps {
  readonly outbox: Outbox
  readonly gateway: GatewayClient
  readonly clock: Clock
  readonly random: Random
  readonly backoff: BackoffLimits
  /** Names this data directory to the server's ledger. */
  readonly clientId: () => string
  /** The ledger knows an edit of this directory otherwise: the directory was copied (rule L-8). */
  readonly onCopied: () => void
  readonly log: (message: string, context: Record<string, unknown>) => void
  /** After verdicts or a failure were written, and when the loop rests. */
  readonly onChange: () => void
}

/** The upload loop: one batch at a time, for as long as something may go; then it sleeps until something is due. */
export class Uploader {
  #state: UploadState
  readonly #deps: UploaderDeps
  #running = false
  #again = false
  #stopped = false
  #closed = false
  #cancelTimer: (() => void) | null = null
  #failingSince: number | null = null
  #inFlight: Promise<void> = Promise.resolve()
  /** A new token or the user's wish came while a request was on its way: its 401 or 403 speaks of what was before. */
  #renewed = false
  /** A batch whose end could not be written (a full disk): it is queued again before anything else is sent. */
  #unended: readonly OpenEdit[] = []

  constructor(deps: UploaderDeps) {
    this.#deps = deps
    this.#state = uploadDue(readState(deps.outbox, deps.clock.now()), true)
  }

  /** A batch is on its way, or would be. */
  get busy(): boolean {
    return this.#running
  }

  /** Since when every request failed, epoch ms; null while verdicts come. */
  get failingSince(): number | null {
    return this.#failingSince
  }

  /** Looks for something to send; cheap where there is nothing. */
  kick(): void {
    if (this.#stopped) return
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = true
    this.#inFlight = this.#loop().catch((error: unknown) => {
      // The outbox could not be written (a full disk, say): nothing is lost, and the loop comes back.
      this.#deps.log('upload interrupted', { error: String(error) })
      this.#sleep(INTERRUPTED_MS)
    })
  }

  /** Start, wake, network-up, a success elsewhere or a new token: everything that only waits is due. */
  due(newToken: boolean): void {
    if (this.#stopped) return
    this.#state = uploadDue(this.#state, newToken)
    if (newToken) this.#renewed = true
    try {
      this.#deps.outbox.allDue()
    } catch (error) {
      // A full disk: the edits keep their own backoff, which is short.
      this.#deps.log('backoff not shortened', { error: String(error) })
    }
    this.kick()
  }

  /** The wall clock was set back: what was to wait for a moment of the old one, Retry-After too, is due. */
  clockSetBack(): void {
    this.#state = { ...this.#state, notBefore: null }
    this.due(false)
  }

  /**
   * Ends after the batch in flight has its answer, or after a grace: its edits are then queued again at the next
   * start, under the same ids.
   */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelTimer?.()
    const grace = new Promise<void>((resolve) => this.#deps.clock.after(STOP_GRACE_MS, resolve))
    await Promise.race([this.#inFlight, grace])
    this.#closed = true
  }

  async #loop(): Promise<void> {
    try {
      while (await this.#step()) this.#again = false
    } finally {
      // In the same turn as the last look: a kick after it starts a new loop.
      this.#running = false
      if (!this.#closed) this.#deps.onChange()
    }
  }

  /** Sends one batch; answers whether there may be more to do at once. */
  async #step(): Promise<boolean> {
    if (this.#stopped || this.#state.wait !== null) return false
    const now = this.#deps.clock.now()
    const at = nextUploadAt(this.#state)
    if (at !== null && at > now) {
      this.#sleep(Math.min(at - now, LONGEST_HOLD_MS))
      return false
    }
    if (this.#unended.length > 0) this.#deps.outbox.putBack(this.#unended, null)
    this.#unended = []
    const { batch, nextDueAt } = this.#deps.outbox.take(this.#state.limit)
    if (batch.length > 0) await this.#send(batch)
    else if (nextDueAt !== null) this.#sleep(Math.max(nextDueAt - now, 1))
    return batch.length > 0 || this.#again
  }

  async #send(batch: readonly OpenEdit[]): Promise<void> {
    const { outbox, gateway, clock, random, backoff, clientId } = this.#deps
    this.#unended = batch
    this.#renewed = false
    const reply = await gateway.mutations({ client_id: clientId(), edits: batch.map(({ edit }) => edit) })
    const now = clock.now()
    const retryAfterMs = reply.kind === 'ok' ? null : reply.retryAfterMs
    const outcome = { kind: reply.kind, batchSize: batch.length, retryAfterMs }
    const step = afterUpload(this.#state, outcome, now, random, backoff)
    this.#state = this.#renewed ? uploadDue(step.state, true) : step.state
    if (this.#closed) return
    this.#failingSince = reply.kind === 'ok' ? null : (this.#failingSince ?? now)
    if (reply.kind === 'ok') {
      const attempts = Math.max(...batch.map((open) => open.attempts))
      const { results } = reply.value
      outbox.verdicts(batch, results, now + backoffMs(attempts, random, backoff))
      if (results.some((verdict) => verdict.status === 'refused' && verdict.code === 'id_reused')) this.#deps.onCopied()
    } else {
      outbox.putBack(batch, step.aloneRetryAt)
      outbox.write(() => outbox.store.putSetting(SETTING, JSON.stringify({ ...this.#state, writtenAt: now })))
    }
    this.#unended = []
    this.#deps.onChange()
  }

  #sleep(waitMs: number): void {
    this.#cancelTimer?.()
    this.#cancelTimer = this.#deps.clock.after(waitMs, () => this.kick())
  }
}

const stored = z.object({
  failures: z.number(),
  serverFailures: z.number(),
  limit: z.number().int().min(1),
  retryAt: z.number().nullable(),
  notBefore: z.number().nullable(),
  /** Epoch ms. */
  writtenAt: z.number(),
})

/**
 * What the last run remembered. Written in what is the future now: a clock that was set back, and a Retry-After that
 * says nothing any more.
 */
const readState = (outbox: Outbox, now: number): UploadState => {
  const text = outbox.store.setting(SETTING)
  if (text === null) return UPLOAD_START
  const parsed = stored.safeParse(JSON.parse(text))
  if (!parsed.success) return UPLOAD_START
  const { writtenAt, ...state } = parsed.data
  const notBefore = state.notBefore === null || now < writtenAt ? null : state.notBefore
  return {
    ...state,
    wait: null,
    notBefore: notBefore === null ? null : Math.min(notBefore, now + LONGEST_HOLD_MS),
  }
}
