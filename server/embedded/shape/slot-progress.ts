import type { ShapeLog } from './log/shape-log.ts'
import type { ShapeStore, StreamState } from './shape-store.ts'

const FLUSH_DELAY_MS = 100

type Outlet = {
  readonly store: ShapeStore
  /** Lets the server forget the WAL before `lsn`. */
  acknowledge(lsn: number): void
  readonly onLog: (line: string) => void
}

/**
 * Acknowledges the stream only after what it brought is on disk: logs first, then `stream.json`, then the server. After a
 * crash at any point, the server sends again all that may be missing, and the logs skip what they have.
 */
export class SlotProgress {
  readonly #outlet: Outlet
  readonly #dirty = new Set<ShapeLog>()
  #state: StreamState = { system: '', flushedLsn: 0 }
  #receivedLsn = 0
  #timer: NodeJS.Timeout | null = null
  #flushing: Promise<void> | null = null

  constructor(outlet: Outlet) {
    this.#outlet = outlet
  }

  get flushedLsn(): number {
    return this.#state.flushedLsn
  }

  /** Begins, or begins anew, with what is on disk. */
  reset(state: StreamState): void {
    this.#state = state
    this.#receivedLsn = state.flushedLsn
  }

  /** The log has a transaction that may not be on disk yet. */
  wrote(log: ShapeLog): void {
    this.#dirty.add(log)
  }

  /** Everything before `lsn` has been taken in. */
  advance(lsn: number): void {
    if (lsn <= this.#receivedLsn) return
    this.#receivedLsn = lsn
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_DELAY_MS)
  }

  /** Puts everything taken in so far on disk and acknowledges it. Failures are logged; the next flush tries again. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    while (this.#flushing) await this.#flushing
    this.#flushing = this.#flush().catch((error: unknown) => {
      this.#outlet.onLog(`shape logs could not be written: ${error instanceof Error ? error.message : String(error)}`)
    })
    await this.#flushing
    this.#flushing = null
  }

  async #flush(): Promise<void> {
    const lsn = this.#receivedLsn
    const logs = [...this.#dirty]
    this.#dirty.clear()
    try {
      await Promise.all(logs.map((log) => (log.closed ? undefined : log.sync())))
    } catch (error) {
      for (const log of logs) this.#dirty.add(log)
      throw error
    }
    if (lsn > this.#state.flushedLsn) {
      const state = { ...this.#state, flushedLsn: lsn }
      await this.#outlet.store.saveState(state)
      this.#state = state
    }
    this.#outlet.acknowledge(this.#state.flushedLsn)
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}
