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
  #cancel: () => void = () => {}

  constructor(deps: MembershipDeps) {
    this.#deps = deps
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
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
   * The membership is over, as a second answer confirms: the rows go, the edits stay and are sealed.
   *
   * @returns whether everything was begun anew meanwhile, so that the answer may speak of what was before: begin again
   */
  async leave(): Promise<boolean> {
    const { gateway, outbox, empty, log } = this.#deps
    if (this.#leaving || this.#stopped) return false
    this.#leaving = true
    const reads = this.#reads
    try {
      const reply = await gateway.summary()
      if (reply.kind !== 'no_access' || this.#stopped) return false
      if (!outbox.memory.sealed) outbox.seal(true)
      await empty()
      log('membership revoked', { sealed: outbox.memory.count('queued', 'refused') })
      return reads !== this.#reads
    } finally {
      this.#leaving = false
    }
  }
}
