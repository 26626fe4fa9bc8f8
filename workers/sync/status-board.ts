import type { Clock } from '../../core/clock.ts'
import type { Summary } from '../../core/protocol/gateway.ts'
import type { SyncStatus } from '../../core/protocol/status.ts'
import { deriveStatus } from '../../core/sync/sync-status.ts'
import type { Follower } from './follower.ts'
import type { Outbox } from './outbox.ts'
import type { Reach } from './reach.ts'

/** How often a status that only time changes ("stuck") is derived again, milliseconds. */
const TICK_MS = 5_000
/** At most this often while rows stream in, milliseconds. */
const PACE_MS = 100

export interface StatusSources {
  readonly clock: Clock
  readonly reach: Reach
  readonly outbox: Outbox
  readonly followers: readonly Follower[]
  readonly summary: () => Summary | null
  readonly stopped: () => boolean
  /** Since when edits that may go get no verdict, epoch ms; null while all is well. */
  readonly failingSince: () => number | null
  /** What cannot be written on this computer, in words. */
  readonly localTrouble: () => string | null
}

/** Derives the status, and tells when it changed. */
export class StatusBoard {
  upToDateAt: number | null = null
  readonly #sources: StatusSources
  readonly #tell: (status: SyncStatus) => void
  #last = ''
  #cancelTick: () => void = () => {}
  #cancelPace: (() => void) | null = null

  constructor(sources: StatusSources, tell: (status: SyncStatus) => void) {
    this.#sources = sources
    this.#tell = tell
    this.#tick()
  }

  get caughtUp(): boolean {
    return this.#sources.followers.every((follower) => follower.caughtUp)
  }

  now(): SyncStatus {
    const { clock, reach, outbox, followers, summary, stopped, failingSince, localTrouble } = this.#sources
    const now = clock.now()
    const counts: Partial<Summary['counts']> = summary()?.counts ?? {}
    const expected = followers.map(({ entity, complete, received }) => counts[entity] ?? (complete ? 0 : received))
    const received = followers.map(({ complete, received: rows }, at) => (complete ? (expected[at] ?? 0) : rows))
    const pending = outbox.memory.count('queued', 'sending')
    return deriveStatus({
      stopped: stopped(),
      wait: reach.wait,
      offlineSince: reach.offlineSince,
      notGateway: reach.notGateway,
      received: sum(received),
      expected: sum(expected),
      caughtUp: this.caughtUp,
      upToDateAt: this.upToDateAt,
      pending,
      needsAttention: outbox.memory.count('refused'),
      waitingSince: failingSince(),
      silentSince: Math.min(...followers.map(({ aliveAt }) => aliveAt)),
      trouble: reach.trouble,
      localTrouble: localTrouble(),
      now,
    })
  }

  /** Something changed: the status is told soon, once. */
  refresh(): void {
    this.#cancelPace ??= this.#sources.clock.after(PACE_MS, () => {
      this.#cancelPace = null
      this.#publish()
    })
  }

  stop(): void {
    this.#cancelTick()
    this.#cancelPace?.()
  }

  #publish(): void {
    const status = this.now()
    const text = JSON.stringify(status)
    if (text === this.#last) return
    this.#last = text
    this.#tell(status)
  }

  #tick(): void {
    this.#cancelTick = this.#sources.clock.after(TICK_MS, () => {
      this.#publish()
      this.#tick()
    })
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0)
