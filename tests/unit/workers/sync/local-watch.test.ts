import { expect, test } from 'vitest'
import { type AppError, appError } from '../../../../core/errors.ts'
import { watchLocal } from '../../../../workers/sync/local-watch.ts'

const watched = (refresh: () => void) => {
  const timers: (() => void)[] = []
  const told: string[] = []
  const state: { now: number; lost: AppError | null } = { now: 1_000, lost: null }
  watchLocal({
    clock: {
      now: () => state.now,
      after: (_delayMs, work) => {
        timers.push(work)
        return () => void timers.splice(0)
      },
    },
    refresh,
    lost: () => state.lost,
    onClockSetBack: () => told.push('set back'),
    onLost: (error) => told.push(`lost ${error.code}`),
    onFailure: (error) => told.push(`failed ${error.code} ${error.context?.['sqlite']}`),
  })
  const look = (): void => {
    for (const work of timers.splice(0)) work()
  }
  return { told, state, look, timers }
}

test('S-4 a look at the outbox that fails is told, ends nothing, and comes again', () => {
  let looks = 0
  const { told, look } = watched(() => {
    if (++looks < 3) throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' })
  })
  look()
  look()
  look()
  expect(looks).toBe(3)
  expect(told).toEqual(['failed disk_failing SQLITE_IOERR_READ', 'failed disk_failing SQLITE_IOERR_READ'])
})

test('L-7 a file that is taken away ends the watch', () => {
  const { told, state, look, timers } = watched(() => {})
  state.now = 500
  look()
  state.lost = appError('outbox_moved')
  look()
  expect(told).toEqual(['set back', 'lost outbox_moved'])
  expect(timers).toEqual([])
})
