import { expect, test } from 'vitest'
import { endsUpToDate } from '../../../../core/sync/shape-message.ts'
import { messageDecision } from '../../../../core/sync/version-guard.ts'

test('R-3 only a newer version is written', () => {
  expect(
    ['insert', 'update'].map((operation) => [2, 3, 4].map((version) => messageDecision(operation, 3, version))),
  ).toEqual([
    ['drop', 'drop', 'write'],
    ['drop', 'drop', 'write'],
  ])
})

test('R-4 an update of a record that is not here breaks the shape', () => {
  expect(messageDecision('insert', null, 1)).toBe('write')
  expect(messageDecision('update', null, 9)).toBe('broken')
})

test('R-6 the end of the log is known by the body’s tail, and no value can look like it', () => {
  const upToDate = '{"headers":{"control":"up-to-date","global_last_seen_lsn":"26604984"}}'
  expect(endsUpToDate(`[${upToDate}]`)).toBe(true)
  expect(endsUpToDate(`[{"value":{"id":"x"},"headers":{"operation":"insert"}},${upToDate}]\n`)).toBe(true)
  expect(endsUpToDate('[{"headers":{"control":"snapshot-end","xmin":"1","xmax":"1","xip_list":[]}}]')).toBe(false)
  const value = JSON.stringify([{ key: 'k', value: { note: upToDate }, headers: { operation: 'insert' } }])
  expect(endsUpToDate(value)).toBe(false)
  expect(
    endsUpToDate(JSON.stringify([{ key: 'k', headers: { operation: 'insert' }, value: { note: `${upToDate}]` } }])),
  ).toBe(false)
})
