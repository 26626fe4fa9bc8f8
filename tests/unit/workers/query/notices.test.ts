import { expect, test } from 'vitest'
import { paceNotices } from '../../../../workers/query/notices.ts'

/** Changes every 10 ms for ten seconds, each answered again in `costMs`; when the answers began. */
const stream = (costMs: number): readonly number[] => {
  let now = 0
  const timers: { readonly at: number; readonly work: () => void }[] = []
  const soon = paceNotices({
    now: () => now,
    after: (delayMs, work) => {
      timers.push({ at: now + delayMs, work })
    },
  })
  const answers: number[] = []
  for (; now < 10_000; now += 10) {
    if (timers[0] && timers[0].at <= now) timers.shift()?.work()
    if (timers.length === 0)
      soon(() => {
        answers.push(now)
        now += costMs
      }, false)
  }
  return answers
}

test('a lone change is told at once, a stream of them four times a second', () => {
  const answers = stream(2)
  expect(answers[0]).toBe(50)
  expect(answers.length).toBeGreaterThan(30)
  expect(answers.length).toBeLessThanOrEqual(40)
})

test('the dearer an answer, the fewer: a tenth of the time at most', () => {
  const answers = stream(100)
  expect(answers.length).toBeGreaterThan(7)
  expect(answers.length * 100).toBeLessThanOrEqual(1_100)
})

test('an answer dearer than all that is still given; an urgent one at once', () => {
  let now = 0
  const delays: number[] = []
  const soon = paceNotices({
    now: () => now,
    after: (delayMs, work) => {
      delays.push(delayMs)
      now += delayMs
      work()
    },
  })
  const dear = (): void => {
    now += 3_000
  }
  soon(dear, false)
  soon(dear, false)
  soon(dear, true)
  expect(delays).toEqual([50, 10_000, 50])
})
