import type { Clock } from '../../core/clock.ts'

/** The first backup comes this long after an edit that is still unsent, milliseconds. */
const FIRST_MS = 10_000
/** Later ones come at most this often, milliseconds. */
const EVERY_MS = 180_000

export interface BackupDeps {
  readonly clock: Clock
  /** Edits that exist only here. */
  readonly unsent: () => number
  readonly backUp: () => Promise<unknown>
  readonly log: (message: string, context: Record<string, unknown>) => void
}

/** Decides when the outbox is copied (rule L-5): while it holds unsent edits and changed, now and then and at the end. */
export class BackupTimer {
  readonly #deps: BackupDeps
  #cancel: (() => void) | null = null
  #changed = false
  #waitMs = FIRST_MS

  constructor(deps: BackupDeps) {
    this.#deps = deps
  }

  /** The outbox was written. */
  changed(): void {
    this.#changed = true
    this.#cancel ??= this.#deps.clock.after(this.#waitMs, () => {
      this.#cancel = null
      void this.#run()
    })
  }

  /** The last backup, where one is due. */
  async stop(): Promise<void> {
    this.#cancel?.()
    await this.#run()
  }

  async #run(): Promise<void> {
    if (!this.#changed || this.#deps.unsent() === 0) return
    this.#changed = false
    this.#waitMs = EVERY_MS
    try {
      await this.#deps.backUp()
    } catch (error) {
      this.#changed = true
      this.#deps.log('outbox not backed up', { error: String(error) })
    }
  }
}
