import { expect, test } from 'vitest'
import { COMMIT_ROWS, type ListRow } from '../../../../core/protocol/query-port.ts'
import { commitParts } from '../../../../workers/sync/commit-parts.ts'

const rows = (count: number): ListRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: `id ${n}`, mark: null, values: {} }))

test('a small commit is one message', () => {
  const changes = [
    { entity: 'accounts', upserts: rows(2), removes: [] },
    { entity: 'contacts', upserts: rows(1), removes: [] },
  ] as const
  expect(commitParts(changes)).toEqual([{ t: 'commit', changes }])
})

test('L-15 a large commit comes in messages of at most 1,000 rows, every row once and in order, the last one without more', () => {
  const accounts = rows(2 * COMMIT_ROWS + 5)
  const gone = rows(COMMIT_ROWS + 1).map(({ id }) => `gone ${id}`)
  const tasks = rows(10)
  const parts = commitParts([
    { entity: 'accounts', upserts: accounts, removes: gone },
    { entity: 'tasks', upserts: tasks, removes: [] },
  ])
  for (const { changes } of parts)
    expect(changes.reduce((sum, { upserts, removes }) => sum + upserts.length + removes.length, 0)).toBeLessThanOrEqual(
      COMMIT_ROWS,
    )
  expect(parts.map(({ more }) => more ?? false)).toEqual([...parts.slice(1).map(() => true), false])
  const of = (entity: string) => parts.flatMap(({ changes }) => changes.filter((change) => change.entity === entity))
  expect(of('accounts').flatMap(({ removes }) => removes)).toEqual(gone)
  expect(of('accounts').flatMap(({ upserts }) => upserts)).toEqual(accounts)
  expect(of('tasks').flatMap(({ upserts }) => upserts)).toEqual(tasks)
})
