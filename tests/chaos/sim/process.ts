import type { Clock } from '../../../core/clock.ts'
import type { Random } from '../../../core/random.ts'
import type { TimeOwner, VirtualTime } from './time.ts'

/** One life of a simulated process: what it does later happens only while it lives, and not while it is stopped. */
export class SimProcess implements TimeOwner {
  readonly name: string
  readonly time: VirtualTime
  readonly random: Random
  alive = true
  /** Wall clock minus true time, milliseconds. */
  skewMs: number
  /** Stopped by SIGSTOP until this moment of true time. */
  stoppedUntil = 0
  /** Told what a timer or an event threw: a real process would end. */
  onCrash: (thrown: unknown) => void = () => {}

  constructor(name: string, time: VirtualTime, random: Random, skewMs: number) {
    this.name = name
    this.time = time
    this.random = random
    this.skewMs = skewMs
  }

  now(): number {
    return Math.floor(this.time.now) + this.skewMs
  }

  after(delayMs: number, work: () => void): () => void {
    let cancelled = false
    const run = (): void => {
      if (cancelled || !this.alive) return
      if (this.stoppedUntil > this.time.now) this.time.at(this.stoppedUntil, run)
      else this.#guarded(work)
    }
    this.time.after(delayMs, run)
    return () => {
      cancelled = true
    }
  }

  #guarded(work: () => void): void {
    try {
      this.time.owners.run(this, work)
    } catch (thrown) {
      this.onCrash(thrown)
    }
  }

  /** Runs code as this process' own. */
  run<T>(work: () => T): T {
    return this.time.owners.run(this, work)
  }

  get clock(): Clock {
    return { now: () => this.now(), after: (delayMs, work) => this.after(delayMs, work) }
  }
}
