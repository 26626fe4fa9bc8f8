import { expect, test } from 'vitest'
import { takeBatch } from '../../../../core/sync/batch.ts'
import { planUpload } from '../../../../core/sync/lanes.ts'
import type { OpenEdit } from '../../../../core/sync/open-edit.ts'
import { accepted, create, id, patch, refused, remove } from './make.ts'

const sendable = (edits: readonly OpenEdit[], now = 0) => planUpload(edits, now).sendable.map(({ seq }) => seq)
const held = (edits: readonly OpenEdit[]) => [...planUpload(edits, 0).held]
const bytes = (text: string) => Buffer.byteLength(text)

test('W-4 of one record only the first edit goes; another record does not wait', () => {
  expect(
    sendable([
      patch({ seq: 1 }, { city: 'A' }),
      patch({ seq: 2 }, { phone: '1' }),
      patch({ seq: 3, record: 2 }, { city: 'B' }),
    ]),
  ).toEqual([1, 3])
  expect(sendable([patch({ seq: 1, state: 'sending' }, { city: 'A' }), patch({ seq: 2 }, { phone: '1' })])).toEqual([])
  expect(
    sendable([
      patch({ seq: 1, state: 'accepted', answer: accepted(2) }, { city: 'A' }),
      patch({ seq: 2 }, { phone: '1' }),
    ]),
  ).toEqual([2])
})

test('W-4 a resent edit goes in the place of the one that it replaced', () => {
  expect(sendable([patch({ seq: 2 }, { city: 'A' }), patch({ seq: 3, pos: 1 }, { city: 'B' })])).toEqual([3])
})

test('W-5 what refers to a pending create goes after its acceptance', () => {
  const child = create({ seq: 2, record: 2, entity: 'contacts', after: [1] })
  expect(sendable([create({ seq: 1 }), child])).toEqual([1])
  expect(sendable([create({ seq: 1, state: 'sending' }), child])).toEqual([])
  expect(sendable([create({ seq: 1, state: 'accepted', answer: accepted(1) }), child])).toEqual([2])
  expect(sendable([child])).toEqual([2])
})

test('W-6 a record in its backoff holds no other, and says when it is due', () => {
  const edits = [
    patch({ seq: 1, nextAttemptAt: 50 }, { city: 'A' }),
    patch({ seq: 2 }, { city: 'C' }),
    patch({ seq: 3, record: 2 }, { city: 'B' }),
  ]
  expect(planUpload(edits, 49)).toMatchObject({ sendable: [{ seq: 3 }], nextDueAt: 50 })
  expect(sendable(edits, 50)).toEqual([1, 3])
})

test('W-7 a refused create holds its record and what depends on it, through others too', () => {
  const edits = [
    create({ seq: 1, state: 'refused', answer: refused() }),
    patch({ seq: 2 }, { city: 'A' }),
    create({ seq: 3, record: 2, entity: 'contacts', after: [1] }),
    patch({ seq: 4, record: 2, entity: 'contacts' }, { name: 'B' }),
    patch({ seq: 5, record: 3 }, { city: 'free' }),
  ]
  expect(sendable(edits)).toEqual([5])
  expect(held(edits)).toEqual([2, 3, 4].map((n) => [id(n), id(1)]))
})

test('W-7 a refused patch holds later patches of its fields, and of theirs, and nothing else', () => {
  const edits = [
    patch({ seq: 1, state: 'refused', answer: refused() }, { city: 'A' }),
    patch({ seq: 2 }, { city: 'B', phone: '1' }),
    patch({ seq: 3 }, { phone: '2' }),
    patch({ seq: 4 }, { website: 'w' }),
    remove({ seq: 5, record: 2 }),
  ]
  expect(sendable(edits)).toEqual([4, 5])
  expect(held(edits)).toEqual([
    [id(2), id(1)],
    [id(3), id(1)],
  ])
})

test('W-8 a batch ends at the limit and at a megabyte; one edit alone always goes', () => {
  const many = Array.from({ length: 700 }, (_, n) => patch({ seq: n + 1, record: n }, { city: 'A' }))
  expect(takeBatch(many, 1000, bytes)).toHaveLength(500)
  expect(takeBatch(many, 3, bytes)).toHaveLength(3)
  const large = Array.from({ length: 3 }, (_, n) =>
    patch({ seq: n + 1, record: n }, { opportunity: 'é'.repeat(250_000) }),
  )
  expect(takeBatch(large, 500, bytes)).toHaveLength(1)
  expect(takeBatch([patch({ seq: 1 }, { opportunity: 'x'.repeat(2_000_000) })], 500, bytes)).toHaveLength(1)
})
