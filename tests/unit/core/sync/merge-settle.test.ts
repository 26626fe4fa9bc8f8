import { expect, test } from 'vitest'
import { mergeShown } from '../../../../core/sync/merge.ts'
import { settles } from '../../../../core/sync/settle.ts'
import { accepted, create, patch, refused, remove, restore, row } from './make.ts'

const server = row(1, 3, { company: 'Server', city: 'Here' })

test('W-15 open edits lie over the server’s row in order; the mark goes at the acceptance', () => {
  const lane = [
    patch({ seq: 1, state: 'accepted', answer: accepted(4) }, { company: 'One' }),
    patch({ seq: 2 }, { city: 'Two' }),
  ]
  expect(mergeShown(server, lane, true)).toEqual({ row: { ...server, company: 'One', city: 'Two' }, mark: 'pending' })
  expect(mergeShown(server, lane.slice(0, 1), true)).toMatchObject({ row: { company: 'One' }, mark: null })
  expect(mergeShown(null, [create({ seq: 1 }, { company: 'Born' })], true)).toMatchObject({
    row: { company: 'Born', version: 0 },
    mark: 'pending',
  })
  expect(mergeShown(server, [remove({ seq: 1 })], true)).toEqual({ row: null, mark: null })
  expect(mergeShown(null, [restore({ seq: 2, base: server })], true)).toEqual({ row: server, mark: 'pending' })
})

test('W-16 a refused edit does not show but marks; a refused create stays listed', () => {
  expect(
    mergeShown(server, [patch({ seq: 1, state: 'refused', answer: refused() }, { company: 'Mine' })], true),
  ).toEqual({ row: server, mark: 'refused' })
  expect(mergeShown(null, [create({ seq: 1, state: 'refused', answer: refused() })], true)).toMatchObject({
    row: { company: 'New' },
    mark: 'refused',
  })
  expect(mergeShown(server, [remove({ seq: 1, state: 'refused', answer: refused() })], true)).toEqual({
    row: server,
    mark: 'refused',
  })
})

test('W-17 a record given out of the shard is hidden while the replica still has it', () => {
  expect(
    mergeShown(server, [patch({ seq: 1, state: 'accepted', answer: accepted(4, false) }, { assigned_to: 'x' })], true),
  ).toEqual({ row: null, mark: null })
})

test('W-18 a record that vanished with edits waiting stays, marked as removed; one not here yet is only pending', () => {
  const lane = [patch({ seq: 1, base: server }, { company: 'Mine' })]
  expect(mergeShown(null, lane, true)).toMatchObject({ row: { company: 'Mine', city: 'Here' }, mark: 'removed' })
  expect(mergeShown(null, lane, false)).toMatchObject({ row: { company: 'Mine' }, mark: 'pending' })
  const after = lane.map((open) => ({ ...open, state: 'refused' as const, answer: refused() }))
  expect(mergeShown(null, after, true)).toMatchObject({ row: { company: 'Server' }, mark: 'removed' })
})

test('W-14 an edit settles by version, by the row being gone, or by a request that decided', () => {
  const waits = { complete: true, refreshed: false }
  const edit = patch({ seq: 1, state: 'accepted', answer: accepted(4) }, { city: 'A' })
  expect(settles(edit, { ...waits, row: row(1, 3) })).toBe(false)
  expect(settles(edit, { ...waits, row: row(1, 4) })).toBe(true)
  expect(settles(edit, { ...waits, row: row(1, 9) })).toBe(true)
  const left = patch({ seq: 1, state: 'accepted', answer: accepted(4, false) }, { city: 'A' })
  expect(settles(left, { ...waits, row: null })).toBe(true)
  expect(settles(left, { ...waits, row: null, complete: false })).toBe(false)
  // The record was gone before the edit was sent, and the answer says that it is back: its echo is on the way.
  expect(settles(edit, { ...waits, row: null })).toBe(false)
  expect(settles(edit, { ...waits, row: row(1, 3), refreshed: true })).toBe(true)
  expect(settles({ ...edit, state: 'queued' }, { ...waits, row: row(1, 9) })).toBe(false)
})

test('W-14 a create waits for its row, a delete for its row to go', () => {
  const waits = { complete: true, refreshed: false }
  const made = create({ seq: 1, state: 'accepted', answer: accepted(1) })
  expect(settles(made, { ...waits, row: null })).toBe(false)
  expect(settles(made, { ...waits, row: row(1, 1) })).toBe(true)
  expect(settles(create({ seq: 1, state: 'accepted', answer: accepted(1, false) }), { ...waits, row: null })).toBe(true)
  const gone = remove({ seq: 1, state: 'accepted', answer: accepted(4, false) })
  expect(settles(gone, { ...waits, row: row(1, 3) })).toBe(false)
  expect(settles(gone, { ...waits, row: null })).toBe(true)
})
