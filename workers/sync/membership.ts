import type { Clock } from '../../core/clock.ts'
import { attempt } from '../../core/result.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { Outbox } from './outbox.ts'
import type { Reach } from './reach.ts'
import type { SessionMemory } from './session.ts'

const SUMMARY_RETRY_MS = 3_000

export interface MembershipDeps {
  readonly clock: Clock
  readonly outbox: Outbox
  readonly session: SessionMemory
  readonly gateway: GatewayClient
  readonly reach: Reach
  readonly signedIn: () => boolean
  /** Stops the streams and empties the replica. */
  readonly empty: () => Promise<void>
  /** Begins every stream and the upload anew, whatever they waited for. */
  readonly begin: () => void
  /** The summary was asked for, whatever came of it. */
  readonly onRead: () => void
  readonly log: (message: string, context: Record<string, unknown>) => void
}

/** Whether this member still belongs to the workspace, as its summary tells, and what follows when not (rule L-4). */
export class Membership {
  readonly #deps: MembershipDeps
  #stopped = false
  #leaving = false
  #reads = 0
  #begunAt = Number.NEGATIVE_INFINITY
  #cancel: () => void = () => {}
  #cancelLater: () => void = () => {}

  constructor(deps: MembershipDeps) {
    this.#deps = deps
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
    this.#cancelLater()
  }

  /** Asks for the summary, again until it comes and is kept. An answer says that the membership holds: sealed edits are opened. */
  async read(): Promise<void> {
    const { gateway, session, outbox, reach, signedIn, onRead, log } = this.#deps
    if (!signedIn() || this.#stopped) return
    this.#cancel()
    this.#reads++
    const reply = await gateway.summary()
    if (this.#stopped) return
    if (reply.kind === 'ok') {
      const { value } = reply
      const kept = await attempt(() => {
        session.put(value)
        if (outbox.memory.sealed) outbox.seal(false)
      })
      if (!kept.ok) {
        log('summary not kept', { error: kept.error.message })
        this.#readLater()
      }
    } else if (reach.wait === null) this.#readLater()
    onRead()
  }

  #readLater(): void {
    this.#cancel = this.#deps.clock.after(SUMMARY_RETRY_MS, () => void this.read())
  }

  /**
   * Told that the membership is over. Once a second answer confirms it, the rows go, and the edits stay and are sealed. Where the
   * second says otherwise, the first spoke of what was before, and everything begins anew; where there is none, it is asked
   * for again.
   */
  refused(): void {
    this.#leave().catch((error: unknown) => {
      this.#deps.log('not left', { error: String(error) })
      this.#refusedLater()
    })
  }

  #refusedLater(): void {
    if (!this.#stopped) this.#cancelLater = this.#deps.clock.after(SUMMARY_RETRY_MS, () => this.refused())
  }

  async #leave(): Promise<void> {
    const { gateway, outbox, reach, empty, log } = this.#deps
    if (this.#leaving || this.#stopped) return
    this.#leaving = true
    this.#cancelLater()
    const reads = this.#reads
    try {
      const reply = await gateway.summary()
      if (this.#stopped) return
      if (reply.kind === 'no_access') {
        if (!outbox.memory.sealed) outbox.seal(true)
        await empty()
        log('membership revoked', { sealed: outbox.memory.count('queued', 'refused') })
        // Begun anew meanwhile: the answers may speak of what was before.
        if (reads !== this.#reads) this.#beginAgain()
      } else if (reply.kind === 'ok') this.#beginAgain()
      else if (reach.wait === 'no_access') this.#refusedLater()
    } finally {
      this.#leaving = false
    }
  }

  /** At once, and then no more often than summaries are asked for: a gateway that contradicts itself is not asked at full speed. */
  #beginAgain(): void {
    const { clock, begin } = this.#deps
    const waitMs = Math.min(Math.max(this.#begunAt + SUMMARY_RETRY_MS - clock.now(), 0), SUMMARY_RETRY_MS)
    this.#cancelLater()
    this.#cancelLater = clock.after(waitMs, () => {
      this.#begunAt = clock.now()
      begin()
    })
  }
}
