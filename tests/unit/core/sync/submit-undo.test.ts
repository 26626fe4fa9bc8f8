import { expect, test } from 'vitest'
import type { EditInput } from '../../../../core/protocol/edit.ts'
import { resentEdit } from '../../../../core/sync/resend.ts'
import { makeEdit, type Subject } from '../../../../core/sync/submit.ts'
import {
  raiseSeenVersion,
  rebase,
  serverValues,
  startedFrom,
  undoDecision,
  writtenBy,
} from '../../../../core/sync/undo.ts'
import { accepted, create, id, patch, refused, remove, row } from './make.ts'

const server = row(1, 3, { company: 'Server', city: 'Here', type: 'customer', status: 'lead' })
const known: Subject = { shown: server, server, lane: [] }
const make = (input: EditInput, subject: Subject = known, creates = new Map<string, string>()) =>
  makeEdit(input, subject, id(9), null, creates)
const patchInput = (
  values: Record<string, string | number | null>,
  base: Record<string, string | number | null>,
): EditInput => ({ op: 'patch', entity: 'accounts', record_id: server.id, values, base })

test('W-2 a patch tests and replaces what changed, and nothing where nothing did', () => {
  const made = make(patchInput({ city: 'There', company: 'Server' }, { city: 'Here', company: 'Server' }))
  expect(made).toMatchObject({
    ok: true,
    value: {
      edit: {
        patch: [
          { op: 'test', path: '/city', value: 'Here' },
          { op: 'replace', path: '/city', value: 'There' },
        ],
      },
      base: server,
    },
  })
  expect(make(patchInput({ city: 'Here' }, { city: 'Here' }))).toEqual({ ok: true, value: null })
})

test('W-2 wrong values, unknown fields, missing bases, hidden records and taken ids are refused at once', () => {
  const code = (input: EditInput, subject?: Subject) => {
    const made = make(input, subject)
    return made.ok ? null : made.error.code
  }
  expect(code(patchInput({ company: '' }, { company: 'Server' }))).toBe('invalid_input')
  expect(code(patchInput({ nope: 'x' }, { nope: null }))).toBe('unknown_field')
  expect(code(patchInput({ city: 'x' }, {}))).toBe('invalid_request')
  expect(code(patchInput({ city: 'x' }, { city: null }), { ...known, shown: null })).toBe('not_found')
  expect(
    code({
      op: 'create',
      entity: 'accounts',
      record_id: server.id,
      values: { company: 'X', type: 'customer', status: 'lead' },
    }),
  ).toBe('id_taken')
  expect(code({ op: 'create', entity: 'workspaces', record_id: id(5), values: {} })).toBe('forbidden')
})

test('W-3 an edit names the pending creates that its values point at', () => {
  const creates = new Map([[id(2001), id(77)]])
  const made = make(
    { op: 'create', entity: 'contacts', record_id: id(5), values: { account_id: id(2001), name: 'C' } },
    { shown: null, server: null, lane: [] },
    creates,
  )
  expect(made).toMatchObject({ ok: true, value: { after: [id(77)], base: null } })
})

test('W-13 a delete has seen the version that is shown and those that our own edits made', () => {
  const seen = (lane: Subject['lane']) => {
    const made = make({ op: 'delete', entity: 'accounts', record_id: server.id }, { ...known, lane })
    return made.ok && made.value?.edit.op === 'delete' ? made.value.edit.seen_version : null
  }
  expect(seen([])).toBe(3)
  expect(seen([patch({ seq: 1, state: 'accepted', answer: accepted(5) }, { city: 'A' })])).toBe(5)
  expect(raiseSeenVersion(remove({ seq: 2 }, 3), 7)).toMatchObject({ seen_version: 7 })
  const sent = remove({ seq: 2, attempts: 1 }, 3)
  expect(raiseSeenVersion(sent, 7)).toBe(sent.edit)
})

test('W-19 a resend is a new id that tests what the server holds now', () => {
  const open = patch(
    { seq: 1, state: 'refused', answer: refused([{ field: 'city', base: 'Here', mine: 'Mine', theirs: 'Theirs' }]) },
    { city: 'Mine' },
    { city: 'Here' },
  )
  expect(resentEdit(open, server, null, id(8))).toMatchObject({
    id: id(8),
    patch: [
      { op: 'test', path: '/city', value: 'Theirs' },
      { op: 'replace', path: '/city', value: 'Mine' },
    ],
  })
  expect(resentEdit(open, server, { city: 'Theirs' }, id(8))).toBe(null)
  expect(resentEdit(remove({ seq: 1, state: 'refused', answer: refused([], 9) }), server, null, id(8))).toMatchObject({
    seen_version: 9,
  })
})

test('W-19 followers expect what is there in place of the edit that went; other tests stay', () => {
  const gone = patch(
    { seq: 1, state: 'refused', answer: refused([{ field: 'city', base: 'Here', mine: 'Mine', theirs: 'Theirs' }]) },
    { city: 'Mine' },
    { city: 'Here' },
  )
  const follower = patch({ seq: 2 }, { city: 'Later', phone: '2' }, { city: 'Mine', phone: '1' })
  expect(rebase(follower.edit, writtenBy(gone.edit), serverValues(gone, server))).toMatchObject({
    patch: [
      { op: 'test', path: '/city', value: 'Theirs' },
      { op: 'replace', path: '/city', value: 'Later' },
      { op: 'test', path: '/phone', value: '1' },
      { op: 'replace', path: '/phone', value: '2' },
    ],
  })
})

test('W-20 undo cancels what was never sent, discards what was refused, reverses the rest', () => {
  expect(undoDecision(patch({ seq: 1 }, { city: 'A' }))).toEqual({ kind: 'cancel' })
  expect(undoDecision(create({ seq: 1, state: 'refused', answer: refused() }))).toEqual({ kind: 'discard' })
  expect(undoDecision(patch({ seq: 1, attempts: 1 }, { city: 'A' }, { city: 'B' }))).toEqual({
    kind: 'reverse',
    opposite: {
      op: 'patch',
      patch: [
        { op: 'test', path: '/city', value: 'A' },
        { op: 'replace', path: '/city', value: 'B' },
      ],
    },
  })
  expect(undoDecision(create({ seq: 1, state: 'accepted', answer: accepted(1) }))).toMatchObject({
    opposite: { op: 'delete' },
  })
  expect(undoDecision(remove({ seq: 4, state: 'sending' }))).toMatchObject({
    opposite: { op: 'restore', deleted_by: id(4) },
  })
  expect(startedFrom(patch({ seq: 1 }, { city: 'A' }, { city: 'B' }).edit)).toEqual({ city: 'B' })
})
