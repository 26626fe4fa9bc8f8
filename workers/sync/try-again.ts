import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import { type BackoffLimits, backoffMs } from '../../core/sync/backoff.ts'

export interface TryAgainDeps {
  readonly clock: Clock
  readonly random: Random
  readonly backoff: BackoffLimits
}

/** Does something again after it failed, each time after a longer wait; a failure long after the last is a first one. */
export class TryAgain {
  readonly #deps: TryAgainDeps
  readonly #work: () => void
  #failures = 0
  /** Epoch ms. */
  #lastAt = 0
  #cancel: (() => void) | null = null

  constructor(deps: TryAgainDeps, work: () => void) {
    this.#deps = deps
    this.#work = work
  }

  /** Failures before the work is done again count as one. */
  failed(): void {
    if (this.#cancel) return
    const { clock, random, backoff } = this.#deps
    const now = clock.now()
    this.#failures = now - this.#lastAt > 2 * backoff.capMs ? 1 : this.#failures + 1
    this.#lastAt = now
    this.#cancel = clock.after(backoffMs(this.#failures, random, backoff), () => {
      this.#cancel = null
      this.#work()
    })
  }

  stop(): void {
    this.#cancel?.()
  }
}
