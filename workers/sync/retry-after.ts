import { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import { PROTOCOL_HEADER } from '../../core/protocol/version.ts'
import { LONGEST_RETRY_AFTER_MS, retryAfterMs } from '../../core/sync/backoff.ts'
import type { Fetch } from './gateway-client.ts'
import type { Outbox } from './outbox.ts'

const stored = z.object({ at: z.number(), until: z.number() })
const NO_HOLD = { at: 0, until: 0 }
const SETTING = 'streams_not_before'
/** A hold that moves by less than this is not written again, milliseconds. */
const WRITTEN_STEP_MS = 1_000

/** The gateway asked the streams to wait (rule R-12): none asks before, whatever restarts it, this process included. */
export class RetryAfter {
  readonly #clock: Clock
  readonly #outbox: Outbox
  /** Epoch ms. */
  #until: number
  #written: number
  #release: Set<() => void> = new Set()

  constructor(clock: Clock, outbox: Outbox) {
    this.#clock = clock
    this.#outbox = outbox
    const text = outbox.store.setting(SETTING)
    const { at, until } = text === null ? NO_HOLD : (stored.safeParse(JSON.parse(text)).data ?? NO_HOLD)
    const now = clock.now()
    // Before the moment when it was asked for: a clock that was set back, and says nothing about that moment.
    this.#until = now < at ? 0 : Math.min(until, now + LONGEST_RETRY_AFTER_MS)
    this.#written = until
  }

  /** The wall clock was set back: a moment of the old one says nothing any more. */
  clear(): void {
    this.#until = 0
    for (const release of [...this.#release]) release()
  }

  /** The same fetch, held until the gateway's moment has come. */
  hold(fetch: Fetch): Fetch {
    return async (input, init) => {
      await this.#over(init?.signal ?? null)
      const response = await fetch(input, init)
      const { status, headers } = response
      if ((status === 429 || status === 503) && headers.has(PROTOCOL_HEADER)) this.#take(headers.get('retry-after'))
      return response
    }
  }

  #take(header: string | null): void {
    const now = this.#clock.now()
    const waitMs = retryAfterMs(header, now)
    if (waitMs === null) return
    this.#until = Math.max(this.#until, now + waitMs)
    // A clock that was set back writes it anew as well.
    if (this.#until - this.#written < WRITTEN_STEP_MS) return
    this.#written = this.#until
    try {
      this.#outbox.write(() => this.#outbox.store.putSetting(SETTING, JSON.stringify({ at: now, until: this.#until })))
    } catch {
      // A full disk: kept by this process, not by the next.
    }
  }

  async #over(signal: AbortSignal | null): Promise<void> {
    while (this.#until > this.#clock.now()) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          cancel()
          signal?.removeEventListener('abort', done)
          this.#release.delete(done)
          resolve()
        }
        const cancel = this.#clock.after(this.#until - this.#clock.now(), done)
        signal?.addEventListener('abort', done)
        this.#release.add(done)
      })
      signal?.throwIfAborted()
    }
  }
}
