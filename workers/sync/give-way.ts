import type { Clock } from '../../core/clock.ts'
import { YIELD_MS } from '../../core/protocol/query-port.ts'

/**
 * Whoever types or filters comes first where there are not cores enough: for a moment after a list was opened nothing new
 * is taken up. Then as long again everything goes on, however many lists are opened.
 */
export class GiveWay {
  readonly #clock: Clock
  #resting = false
  #moment: Promise<void> | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A list was opened. */
  opened(): void {
    if (this.#moment || this.#resting) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#moment = promise
    this.#clock.after(YIELD_MS, () => {
      this.#moment = null
      this.#resting = true
      this.#clock.after(YIELD_MS, () => {
        this.#resting = false
      })
      resolve()
    })
  }

  /** Resolves when the moment is over; null while there is none. */
  get moment(): Promise<void> | null {
    return this.#moment
  }
}
