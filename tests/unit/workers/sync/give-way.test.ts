import { expect, test } from 'vitest'
import { GiveWay } from '../../../../workers/sync/give-way.ts'

const start = () => {
  let now = 0
  let timers: { at: number; work: () => void }[] = []
  const giveWay = new GiveWay({
    now: () => now,
    after: (delayMs, work) => {
      timers.push({ at: now + delayMs, work })
      return () => {}
    },
  })
  const passTo = (at: number): void => {
    for (;;) {
      const due = timers.filter((timer) => timer.at <= at).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      timers = timers.filter((timer) => timer !== due)
      now = due.at
      due.work()
    }
    now = at
  }
  return { giveWay, passTo }
}

test('for 50 ms after a list was opened there is a moment to wait for', async () => {
  const { giveWay, passTo } = start()
  expect(giveWay.moment).toBeNull()
  giveWay.opened()
  const { moment } = giveWay
  passTo(49)
  expect(giveWay.moment).toBe(moment)
  passTo(50)
  expect(giveWay.moment).toBeNull()
  await moment
})

test('however many lists are opened, half of the time is left to go on in', () => {
  const { giveWay, passTo } = start()
  let waited = 0
  for (let ms = 0; ms < 1_000; ms++) {
    passTo(ms)
    giveWay.opened()
    if (giveWay.moment) waited++
  }
  expect(waited).toBe(500)
})
