/**
 * How many shape bodies may be in memory at once, over all shapes: the rest wait before their bytes are read, so that
 * a large first load needs the memory of a few chunks.
 */
export class BodyBudget {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(bodies: number) {
    this.#free = bodies
  }

  /** Waits for a place; answers the function that gives it back (once; again does nothing). */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let given = false
    return () => {
      if (given) return
      given = true
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}
