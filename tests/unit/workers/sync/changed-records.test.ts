import { expect, test } from 'vitest'
import type { EntityName } from '../../../../core/model/entities.ts'
import { ShownReads } from '../../../../workers/sync/details.ts'
import type { Outbox } from '../../../../workers/sync/outbox.ts'
import type { ServerRows } from '../../../../workers/sync/outbox-memory.ts'

/** Every child hangs on the account `of-<its id>`; nothing is edited. */
const reads = (): ShownReads =>
  new ShownReads(
    { memory: { shown: () => undefined } } as unknown as Outbox,
    { row: (_entity: EntityName, id: string) => ({ id, account_id: `of-${id}` }) } as unknown as ServerRows,
    { detail: () => Promise.reject(new Error('not asked')), all: () => Promise.reject(new Error('not asked')) },
  )
const refs = (entity: EntityName, count: number) => Array.from({ length: count }, (_, n) => ({ entity, id: `${n}` }))

test('a few changed records are told by id, with the accounts that they hang on', () => {
  expect(reads().changes([...refs('accounts', 1), ...refs('contacts', 2)])).toEqual([
    { entity: 'accounts', ids: ['0', 'of-0', 'of-1'] },
    { entity: 'contacts', ids: ['0', '1'] },
  ])
})

test('more than a hundred are told by their entities alone, a child’s with accounts', () => {
  expect(reads().changes(refs('accounts', 100))[0]?.ids).toHaveLength(100)
  expect(reads().changes([...refs('accounts', 101), ...refs('saved_views', 1)])).toEqual([
    { entity: 'accounts', ids: null },
    { entity: 'saved_views', ids: null },
  ])
  expect(reads().changes(refs('tasks', 101))).toEqual([
    { entity: 'tasks', ids: null },
    { entity: 'accounts', ids: null },
  ])
})
