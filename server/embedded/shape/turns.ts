/** Lets at most `limit` pieces of work run at once; the others wait in order. */
export class Turns {
  #free: number
  readonly #queue: (() => void)[] = []

  constructor(limit: number) {
    this.#free = limit
  }

  /** Waits for a turn; the answered function ends it. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    let ended = false
    return () => {
      if (ended) return
      ended = true
      const next = this.#queue.shift()
      if (next) next()
      else this.#free += 1
    }
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const end = await this.take()
    try {
      return await work()
    } finally {
      end()
    }
  }
}
