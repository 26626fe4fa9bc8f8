import type pg from 'pg'
import { expect, test } from 'vitest'
import { RowCounts } from '../../../server/gateway/row-counts.ts'

const where = (workspace: string) => ({ sql: 'workspace_id = $1', params: [workspace] })

/** Counts of a table that may grow, the time, and how often Postgres was asked. */
const world = (rows: number) => {
  const state = { rows, nowMs: 1_000_000, asked: 0 }
  const client = {
    query: async () => {
      state.asked++
      return { rows: [{ count: String(state.rows) }] }
    },
  } as unknown as pg.ClientBase
  const counts = new RowCounts(() => state.nowMs)
  return { state, of: (workspace = 'a') => counts.of(client, 'accounts', where(workspace)) }
}

test('a large count is kept for ten minutes, and for its own rows only', async () => {
  const { state, of } = world(1_000_000)
  expect(await of()).toBe(1_000_000)
  state.rows = 1_000_500
  state.nowMs += 599_999
  expect([await of(), state.asked]).toEqual([1_000_000, 1])
  expect([await of('b'), state.asked]).toEqual([1_000_500, 2])
  state.nowMs += 1
  expect([await of(), state.asked]).toEqual([1_000_500, 3])
})

test('a small count is asked every time', async () => {
  const { state, of } = world(9_999)
  await of()
  state.rows = 12
  expect([await of(), state.asked]).toEqual([12, 2])
})

test('a clock set back does not keep a count for longer', async () => {
  const { state, of } = world(20_000)
  await of()
  state.nowMs -= 3_600_000
  await of()
  expect(state.asked).toBe(2)
})

test('so many counts are kept, and the oldest go', async () => {
  const { state, of } = world(20_000)
  for (let n = 0; n <= 1_000; n++) await of(`w${n}`)
  await of('w1')
  expect(state.asked).toBe(1_001)
  await of('w0')
  expect(state.asked).toBe(1_002)
})
