import { expect, test } from 'vitest'
import { BodyBudget } from '../../../../workers/sync/body-budget.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('R-9 the third body waits until one of two gives its place back, once', async () => {
  const budget = new BodyBudget(2)
  const first = await budget.take()
  await budget.take()
  let third = false
  const waiting = budget.take().then((release) => {
    third = true
    return release
  })
  await turn()
  expect(third).toBe(false)
  first()
  first()
  const release = await waiting
  let fourth = false
  void budget.take().then(() => {
    fourth = true
  })
  await turn()
  expect(fourth).toBe(false)
  release()
  await turn()
  expect(fourth).toBe(true)
})
