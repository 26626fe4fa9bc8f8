import { AsyncLocalStorage } from 'node:async_hooks'

interface Event {
  readonly at: number
  readonly seq: number
  readonly work: () => void
  cancelled: boolean
}

/** What a simulated process lends to the globals that its code uses. */
export interface TimeOwner {
  /** Its wall clock, epoch milliseconds. */
  now(): number
  /** Calls `work` after `delayMs` unless the process has died; answers a function that cancels it. */
  after(delayMs: number, work: () => void): () => void
  random(): number
}

const turn = setImmediate
const TURNS = 2

/**
 * Virtual time: a queue of events run one after the other, each to the end of every promise that it settles, so that a
 * run depends on nothing but its seed.
 */
export class VirtualTime {
  now: number
  readonly owners = new AsyncLocalStorage<TimeOwner>()
  readonly #heap: Event[] = []
  #seq = 0
  events = 0

  constructor(startMs: number) {
    this.now = startMs
  }

  at(atMs: number, work: () => void): () => void {
    const event: Event = { at: Math.max(atMs, this.now), seq: this.#seq++, work, cancelled: false }
    this.#push(event)
    return () => {
      event.cancelled = true
    }
  }

  after(delayMs: number, work: () => void): () => void {
    return this.at(this.now + Math.max(delayMs, 0), work)
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve))
  }

  /** Runs events until `done` holds or the time is over; answers whether it holds. */
  async run(untilMs: number, done: () => boolean): Promise<boolean> {
    await drain()
    while (!done()) {
      const event = this.#pop()
      if (!event || event.at > untilMs) {
        if (event) this.#push(event)
        this.now = Math.max(this.now, untilMs)
        return done()
      }
      if (event.cancelled) continue
      this.now = event.at
      this.events++
      event.work()
      await drain()
    }
    return true
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (!above || !before(event, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = event
  }

  #pop(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const left = heap[child]
      if (!left) break
      const right = heap[child + 1]
      let least = left
      if (right && before(right, left)) {
        least = right
        child++
      }
      if (!before(least, last)) break
      heap[at] = least
      at = child
    }
    heap[at] = last
    return first
  }
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq)

/** Every promise that can settle without time passing has settled. */
const drain = async (): Promise<void> => {
  for (let i = 0; i < TURNS; i++) await new Promise<void>((resolve) => turn(resolve))
}

/**
 * Puts virtual time in the place of the globals that libraries use: timers, `Date.now`, `Math.random` and
 * `AbortSignal.timeout`. Each asks the simulated process whose code runs. Answers a function that takes it back.
 */
export const installGlobals = (time: VirtualTime): (() => void) => {
  const kept = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    now: Date.now,
    random: Math.random,
    timeout: AbortSignal.timeout,
  }
  const owner = (): TimeOwner | undefined => time.owners.getStore()
  const later = (delayMs: number, work: () => void): (() => void) => (owner() ?? time).after(delayMs, work)
  const cancels = new Map<number, () => void>()
  let nextId = 1
  const once = (work: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]): number => {
    const id = nextId++
    const cancel = later(delayMs, () => {
      cancels.delete(id)
      work(...args)
    })
    cancels.set(id, cancel)
    return id
  }
  const every = (work: (...args: unknown[]) => void, periodMs = 0, ...args: unknown[]): number => {
    const id = nextId++
    const again = (): void => {
      cancels.set(
        id,
        later(Math.max(periodMs, 1), () => {
          again()
          work(...args)
        }),
      )
    }
    again()
    return id
  }
  const clear = (id?: number): void => {
    if (id === undefined) return
    cancels.get(id)?.()
    cancels.delete(id)
  }
  Object.assign(globalThis, { setTimeout: once, clearTimeout: clear, setInterval: every, clearInterval: clear })
  Date.now = () => owner()?.now() ?? Math.floor(time.now)
  Math.random = () => owner()?.random() ?? 0.5
  AbortSignal.timeout = (delayMs) => {
    const controller = new AbortController()
    later(delayMs, () => controller.abort(new DOMException('The request took too long', 'TimeoutError')))
    return controller.signal
  }
  return () => {
    Object.assign(globalThis, {
      setTimeout: kept.setTimeout,
      clearTimeout: kept.clearTimeout,
      setInterval: kept.setInterval,
      clearInterval: kept.clearInterval,
    })
    Date.now = kept.now
    Math.random = kept.random
    AbortSignal.timeout = kept.timeout
  }
}
