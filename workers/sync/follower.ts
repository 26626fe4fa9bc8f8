import { FetchError, type Message, type Offset, ShapeStream } from '@electric-sql/client'
import type { Clock } from '../../core/clock.ts'
import type { EntityName } from '../../core/model/entities.ts'
import type { Random } from '../../core/random.ts'
import { type BackoffLimits, backoffMs } from '../../core/sync/backoff.ts'
import type { HttpClass } from '../../core/sync/http-class.ts'
import { followerStep } from '../../core/sync/stream-error.ts'
import type { Applied } from '../../db/sqlite/replica-writer.ts'
import type { ShapeState, Slot } from '../../db/sqlite/shape-store.ts'
import type { BodyBudget } from './body-budget.ts'
import { type Fetch, gatewayHeaders } from './gateway-client.ts'
import type { ReplicaCalls } from './replica-calls.ts'
import { RAW_CONTROL, type RawBody, shapeFetch } from './shape-fetch.ts'
import { BrokenShapeError, type ThreadClient } from './thread-client.ts'

export interface FollowerDeps {
  readonly entity: EntityName
  /** How far the shape had come at the start. */
  readonly state: ShapeState | undefined
  readonly address: string
  readonly workspace: string
  readonly token: () => string | null
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly backoff: BackoffLimits
  readonly budget: BodyBudget
  readonly replica: ThreadClient<ReplicaCalls>
  /** While there is one no body is applied: a person waits for a list. It resolves at its end. */
  readonly moment: () => Promise<void> | null
  readonly saw: (kind: HttpClass, trouble: string | null) => void
  /** After each commit of the replica. `upToDate`: the body reached the end of the log. */
  readonly onApplied: (applied: Applied, upToDate: boolean) => void
  readonly log: (message: string, context: Record<string, unknown>) => void
}

/** A failing stream is nudged at most this often, milliseconds. */
const NUDGE_MS = 1_000

/** One run of a stream, from a stored handle and offset until it is replaced. */
interface Run {
  readonly abort: AbortController
  readonly slot: Slot
  /** Bodies handed over by the fetch and not yet by the stream. */
  readonly bodies: Map<number, RawBody>
  /** The last body taken is with the replica thread, or never will be: bodies are handed over in their order. */
  handed: Promise<void>
  /** All bodies taken have been applied, or never will be. */
  applied: Promise<unknown>
  /** The same of all but the last. */
  appliedBefore: Promise<unknown>
}

const DONE = Promise.resolve()

/**
 * Follows one shape: ShapeStream speaks the protocol, bodies go to the replica thread, and whatever ends a stream is
 * answered by a new one from the stored handle and offset.
 */
export class Follower {
  readonly entity: EntityName
  /** The main shape has been up to date since this follower started. */
  caughtUp = false
  /** Epoch ms of the last sign of life. */
  aliveAt: number
  received = 0
  complete = false
  readonly #deps: FollowerDeps
  #run: Run | null = null
  #failures = 0
  /** Reloads since the shape was last up to date. */
  #reloads = 0
  #cancelRestart: (() => void) | null = null
  #stopped = true
  /** The last answer was none, or no good. */
  #failing = false
  #nudgedAt = 0
  #upToDateWaiters: (() => void)[] = []
  #starting: Promise<void> = Promise.resolve()

  constructor(deps: FollowerDeps) {
    this.entity = deps.entity
    this.#deps = deps
    this.received = deps.state?.received ?? 0
    this.complete = deps.state?.complete ?? false
    this.aliveAt = deps.clock.now()
  }

  /** Begins the stream, `afterMs` milliseconds from now. */
  start(afterMs = 0): void {
    this.#stopped = false
    this.caughtUp = false
    if (afterMs > 0) {
      this.#end()
      this.#later(afterMs, () => this.restart())
    } else this.restart()
  }

  stop(): void {
    this.#stopped = true
    this.#cancelRestart?.()
    this.#end()
  }

  /** Begins again from the stored position at once: a request that is not live, then the long poll. */
  restart(): void {
    this.#cancelRestart?.()
    this.#cancelRestart = null
    this.#end()
    if (this.#stopped) return
    this.#starting = this.#starting.then(() => this.#begin()).catch((error: unknown) => this.#failed(error))
  }

  /** The gateway answers again: a stream that was failing does not wait for the end of its backoff. */
  nudge(): void {
    const now = this.#deps.clock.now()
    if (!this.#failing || now - this.#nudgedAt < NUDGE_MS) return
    this.#nudgedAt = now
    this.restart()
  }

  /** Restarts, and answers when the end of the log was reached by a request that began after this call. */
  refresh(): Promise<void> {
    return new Promise((resolve) => {
      this.restart()
      this.#upToDateWaiters.push(resolve)
    })
  }

  /** Fetches the whole shape anew beside the rows that are shown. */
  async reload(reason: string): Promise<void> {
    this.#deps.log('reload', { entity: this.entity, reason })
    this.#end()
    this.#reloads++
    await this.#deps.replica.call('beginNext', this.entity)
    // The first is at once; a server that asks for one after the other is not asked at full speed.
    if (this.#reloads === 1) this.restart()
    else this.#later(backoffMs(this.#reloads, this.#deps.random, this.#deps.backoff), () => this.restart())
  }

  async #begin(): Promise<void> {
    if (this.#stopped || this.#run) return
    const { main, next } = await this.#deps.replica.call('position', this.entity)
    this.received = main.received
    this.complete = main.complete
    if (this.#stopped || this.#run) return
    this.#open(next ?? main)
  }

  #open(state: ShapeState): void {
    const { address, workspace, entity, token } = this.#deps
    const run: Run = {
      abort: new AbortController(),
      slot: state.slot,
      bodies: new Map(),
      handed: DONE,
      applied: DONE,
      appliedBefore: DONE,
    }
    this.#run = run
    const resume = state.handle !== null && state.offset !== null
    const stream = new ShapeStream({
      url: `${address}/v1/workspaces/${workspace}/shape`,
      params: { table: entity },
      headers: { ...gatewayHeaders(token() ?? '', false), authorization: () => `Bearer ${token() ?? ''}` },
      ...(resume ? { handle: state.handle ?? '', offset: asOffset(state.offset ?? '-1') } : {}),
      signal: run.abort.signal,
      fetchClient: shapeFetch({
        fetch: this.#deps.fetch,
        budget: this.#deps.budget,
        saw: (kind, trouble) => {
          this.#failing = kind !== 'ok'
          if (kind === 'ok') this.aliveAt = this.#deps.clock.now()
          this.#deps.saw(kind, trouble)
        },
        divert: (body) => {
          drop(run)
          run.bodies.set(body.id, body)
        },
        signal: run.abort.signal,
      }),
      backoffOptions: { initialDelay: this.#deps.backoff.baseMs, maxDelay: this.#deps.backoff.capMs, multiplier: 2 },
      // Every end of a stream is answered in one place: by a new stream from what is stored.
      onError: (error) => this.#failed(error, run),
    })
    stream.subscribe((messages) => this.#take(run, messages))
  }

  /**
   * ShapeStream waits for this before its next request; it must not throw. A request costs this thread as much as a
   * small commit: at the end of the log it is made once the change is told, before it while there is more to fetch, but
   * never while more than two bodies are yet to be applied.
   */
  async #take(run: Run, messages: readonly Message[]): Promise<void> {
    for (const { headers } of messages) {
      if (this.#run !== run || !('control' in headers)) return
      const control = String(headers.control)
      if (control === 'must-refetch') {
        void this.reload('must-refetch').catch((error: unknown) => this.#failed(error))
        return
      }
      const id = 'id' in headers ? Number(headers.id) : Number.NaN
      const body = run.bodies.get(id)
      if (control !== RAW_CONTROL || !body) continue
      run.bodies.delete(id)
      const { handed, applied, appliedBefore } = run
      const handing = Promise.withResolvers<void>()
      run.handed = handing.promise
      run.appliedBefore = applied
      run.applied = Promise.all([applied, this.#apply(run, body, handed, handing.resolve)])
      await appliedBefore
    }
    if (messages.some(({ headers }) => 'control' in headers && headers.control === 'up-to-date')) await run.applied
  }

  /** Hands a body over once the one before it is (`before`): the thread need not wait for this one between two. */
  async #apply(run: Run, body: RawBody, before: Promise<void>, handed: () => void): Promise<void> {
    const { requestedOffset, handle, offset, place } = body
    try {
      await before
      const { bytes, upToDate } = await body.content
      await this.#deps.moment()
      // What came before it was not applied: it would not fit.
      if (this.#run !== run) return
      this.aliveAt = this.#deps.clock.now()
      const params = { entity: this.entity, slot: run.slot, body: bytes, requestedOffset, handle, offset, upToDate }
      const answer = this.#deps.replica.call('apply', params, [bytes.buffer])
      handed()
      const { applied, memory } = await answer
      place.memory = memory
      if (applied === null) {
        if (this.#run === run) this.restart()
        return
      }
      this.#failures = 0
      this.received = applied.state.slot === 'main' ? applied.state.received : this.received
      this.complete = applied.state.slot === 'main' ? applied.state.complete : this.complete
      if (upToDate) {
        this.caughtUp = true
        this.#reloads = 0
      }
      this.#deps.onApplied(applied, upToDate)
      if (applied.swapped !== 'no' && this.#run === run) this.restart()
      else if (upToDate && this.#run === run) this.#tellUpToDate()
    } catch (error) {
      if (this.#run !== run) return
      if (error instanceof BrokenShapeError)
        await this.reload(error.message).catch((again: unknown) => this.#failed(again))
      else this.#failed(error, run)
    } finally {
      handed()
      place.release()
    }
  }

  #tellUpToDate(): void {
    const waiters = this.#upToDateWaiters
    this.#upToDateWaiters = []
    for (const resolve of waiters) resolve()
  }

  #failed(error: unknown, run: Run | null = null): undefined {
    if (this.#stopped || (run && this.#run !== run)) return
    const status = error instanceof FetchError ? error.status : null
    this.#deps.log('stream ended', { entity: this.entity, status, error: String(error).slice(0, 300) })
    this.#end()
    const step = followerStep(status)
    if (step === 'wait') return
    this.#failures++
    const waitMs = backoffMs(this.#failures, this.#deps.random, this.#deps.backoff)
    this.#later(waitMs, () => {
      if (step === 'reload') void this.reload(`HTTP ${status}`).catch((again: unknown) => this.#failed(again))
      else this.restart()
    })
  }

  #later(waitMs: number, work: () => void): void {
    this.#cancelRestart?.()
    this.#cancelRestart = this.#deps.clock.after(waitMs, () => {
      if (!this.#stopped) work()
    })
  }

  #end(): void {
    const run = this.#run
    this.#run = null
    if (!run) return
    drop(run)
    run.abort.abort()
  }
}

/** Bodies that the stream never asked for again (its request was overtaken) give their place back. */
const drop = (run: Run): void => {
  for (const body of run.bodies.values()) body.place.release()
  run.bodies.clear()
}

/** Electric's offsets: `<decimal>_<decimal>` or `<decimal>_inf`; anything else begins anew. */
const isOffset = (stored: string): stored is Offset => /^-?\d+_(\d+|inf)$/.test(stored)
const asOffset = (stored: string): Offset => (isOffset(stored) ? stored : '-1')
