import type { Clock } from '../../core/clock.ts'
import type { EntityName } from '../../core/model/entities.ts'
import { ECHO_WAIT_MS } from '../../core/sync/settle.ts'
import type { Outbox } from './outbox.ts'
import type { RecordRef } from './outbox-memory.ts'

/**
 * Ends the overlay of accepted edits (rule W-14): when their echo is in the replica, or, where it does not come, after
 * one request that is not live has decided.
 */
export class Settler {
  readonly #outbox: Outbox
  readonly #clock: Clock
  readonly #refresh: (entity: EntityName) => Promise<void>
  readonly #cancels = new Map<EntityName, () => void>()
  #stopped = false

  constructor(outbox: Outbox, clock: Clock, refresh: (entity: EntityName) => Promise<void>) {
    this.#outbox = outbox
    this.#clock = clock
    this.#refresh = refresh
  }

  /** The replica committed changes of one entity. */
  replicaChanged(entity: EntityName, ids: readonly string[]): void {
    this.#outbox.replicaChanged(
      ids.map((id): RecordRef => ({ entity, id })),
      null,
    )
    this.watch()
  }

  /** Sets a timer for each entity with an accepted edit whose echo is not here. */
  watch(): void {
    for (const open of this.#outbox.memory.all()) {
      const { entity } = open.edit
      if (open.state !== 'accepted' || open.answer === null || this.#cancels.has(entity) || this.#stopped) continue
      const waitMs = Math.min(Math.max(open.answer.at + ECHO_WAIT_MS - this.#clock.now(), 0), ECHO_WAIT_MS)
      const waiting = new Set(this.#accepted(entity))
      this.#cancels.set(
        entity,
        this.#clock.after(waitMs, () => void this.#decide(entity, waiting).catch(() => this.#again(entity))),
      )
    }
  }

  /** The outbox could not be written (a full disk): looked at again later. */
  #again(entity: EntityName): void {
    if (this.#stopped) return
    this.#cancels.set(
      entity,
      this.#clock.after(ECHO_WAIT_MS, () => {
        this.#cancels.delete(entity)
        this.watch()
      }),
    )
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#cancels.values()) cancel()
  }

  /**
   * Whoever still waits has waited long enough, as the timer says: a wall clock that jumped would say anything. The
   * request begins after every acceptance so far and decides them all.
   */
  async #decide(entity: EntityName, overdue: ReadonlySet<string>): Promise<void> {
    const accepted = new Set(this.#accepted(entity))
    const waiting = [...overdue].some((id) => accepted.has(id))
    if (waiting) await this.#refresh(entity)
    this.#cancels.delete(entity)
    if (this.#stopped) return
    if (waiting) this.#outbox.replicaChanged([], accepted)
    this.watch()
  }

  *#accepted(entity: EntityName): Generator<string> {
    for (const open of this.#outbox.memory.all())
      if (open.edit.entity === entity && open.state === 'accepted') yield open.edit.id
  }
}
