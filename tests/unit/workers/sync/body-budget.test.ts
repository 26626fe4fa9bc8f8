import { expect, test } from 'vitest'
import { BodyBudget } from '../../../../workers/sync/body-budget.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('R-9 the third body waits until one of two gives its place back, once', async () => {
  const budget = new BodyBudget(2)
  const first = await budget.take()
  await budget.take()
  let third = false
  const waiting = budget.take().then((place) => {
    third = true
    return place
  })
  await turn()
  expect(third).toBe(false)
  first.release()
  first.release()
  const { release } = await waiting
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

test('R-9 memory goes from one body to the next, and away when nothing is loading', async () => {
  const budget = new BodyBudget(2)
  const [first, second] = [await budget.take(), await budget.take()]
  expect(first.memory.byteLength).toBe(0)
  const memory = new ArrayBuffer(100)
  first.memory = memory
  first.release()
  const third = await budget.take()
  expect(third.memory).toBe(memory)
  second.release()
  third.release()
  expect((await budget.take()).memory.byteLength).toBe(0)
})
