import { expect, test } from 'vitest'
import type { Clock } from '../../../../core/clock.ts'
import { BackupTimer } from '../../../../workers/sync/backup-timer.ts'

const MINUTE_MS = 60_000

/** A clock whose time only the test moves. */
class Timeline implements Clock {
  time = 0
  #due: { at: number; work: () => void }[] = []

  now(): number {
    return this.time
  }

  after(delayMs: number, work: () => void): () => void {
    const entry = { at: this.time + delayMs, work }
    this.#due.push(entry)
    return () => {
      this.#due = this.#due.filter((other) => other !== entry)
    }
  }

  async pass(ms: number): Promise<void> {
    this.time += ms
    const due = this.#due.filter(({ at }) => at <= this.time)
    this.#due = this.#due.filter(({ at }) => at > this.time)
    for (const { work } of due) work()
    for (let n = 0; n < 10; n++) await Promise.resolve()
  }
}

test('L-5 a backup comes soon after an unsent edit, then every three minutes while there are changes, and at the end', async () => {
  const clock = new Timeline()
  let unsent = 1
  let failing = false
  const made: number[] = []
  const logged: string[] = []
  const timer = new BackupTimer({
    clock,
    unsent: () => unsent,
    backUp: async () => {
      if (failing) throw new Error('disk full')
      made.push(clock.time)
    },
    log: (message) => logged.push(message),
  })
  timer.changed()
  timer.changed()
  await clock.pass(10_000)
  expect(made).toEqual([10_000])
  await clock.pass(10 * MINUTE_MS)
  expect(made, 'nothing changed').toHaveLength(1)
  timer.changed()
  await clock.pass(MINUTE_MS)
  expect(made).toHaveLength(1)
  await clock.pass(2 * MINUTE_MS)
  expect(made).toHaveLength(2)
  unsent = 0
  timer.changed()
  await clock.pass(3 * MINUTE_MS)
  expect(made, 'all was sent').toHaveLength(2)
  unsent = 1
  failing = true
  timer.changed()
  await clock.pass(3 * MINUTE_MS)
  expect(logged).toEqual(['outbox not backed up'])
  failing = false
  await timer.stop()
  expect(made, 'what failed is made up for at the end').toHaveLength(3)
  await timer.stop()
  expect(made).toHaveLength(3)
})
