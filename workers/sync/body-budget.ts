/** Room for one body, with memory that earlier bodies were read into: fresh pages for each would cost more than its rows. */
export interface BodyPlace {
  /** Whoever reads the body takes it, and puts back what the bytes are in. */
  memory: ArrayBuffer
  /** Gives the place back (once; again does nothing). */
  readonly release: () => void
}

export const NO_MEMORY = new ArrayBuffer(0)

/**
 * How many shape bodies may be in memory at once, over all shapes: the rest wait before their bytes are read, so that
 * a large first load needs the memory of a few chunks.
 */
export class BodyBudget {
  readonly #bodies: number
  #free: number
  readonly #spare: ArrayBuffer[] = []
  readonly #waiting: (() => void)[] = []

  constructor(bodies: number) {
    this.#bodies = bodies
    this.#free = bodies
  }

  /** Waits for a place. */
  async take(): Promise<BodyPlace> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let given = false
    const place: BodyPlace = {
      memory: this.#spare.pop() ?? NO_MEMORY,
      release: () => {
        if (given) return
        given = true
        this.#giveBack(place.memory)
      },
    }
    return place
  }

  #giveBack(memory: ArrayBuffer): void {
    if (memory.byteLength > 0) this.#spare.push(memory)
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
    // Between two bodies of a load a place is always taken; when none is, nothing is loading.
    if (this.#free < this.#bodies) return
    // Moved to nowhere, their pages are free at once: the indexes are made now, and the collector may not run before.
    for (const spare of this.#spare.splice(0)) spare.transfer(0)
  }
}
