import { expect, test } from 'vitest'
import type { Clock } from '../../../../core/clock.ts'
import { TryAgain } from '../../../../workers/sync/try-again.ts'

/** A clock that is turned to the next timer by hand. */
class HandClock implements Clock {
  at = 0
  readonly waits: number[] = []
  #next: (() => void) | null = null

  now(): number {
    return this.at
  }

  after(delayMs: number, work: () => void): () => void {
    this.waits.push(delayMs)
    this.#next = () => {
      this.at += delayMs
      work()
    }
    return () => {
      this.#next = null
    }
  }

  turn(): void {
    const next = this.#next
    this.#next = null
    next?.()
  }
}

const backoff = { baseMs: 100, capMs: 1_000 }

test('R-13 what failed is done again after a wait that grows; failures before that count as one', () => {
  const clock = new HandClock()
  let done = 0
  const again = new TryAgain({ clock, random: () => 1, backoff }, () => {
    done++
  })
  for (let failure = 0; failure < 5; failure++) {
    again.failed()
    again.failed()
    expect(done).toBe(failure)
    clock.turn()
  }
  expect(clock.waits).toEqual([100, 200, 400, 800, 1_000])
  clock.at += 3_000
  again.failed()
  expect(clock.waits.at(-1)).toBe(100)
  again.stop()
  clock.turn()
  expect(done).toBe(5)
})
