import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OutpostError } from '../../../../core/errors.ts'
import type { Row } from '../../../../core/model/field.ts'
import { seededRandom } from '../../../../core/random.ts'
import type { Db } from '../../../../db/sqlite/connection.ts'
import { Outbox } from '../../../../workers/sync/outbox.ts'
import { openOutbox } from '../../../../workers/sync/outbox-file.ts'

const random = seededRandom(5)
const ids = ['019b8d62-0000-7000-8000-000000000001', '019b8d62-0000-7000-8000-000000000002'] as const
const row = (id: string): Row => ({ id, version: 1, type: 'customer', company: 'Acme', status: 'lead', city: null })

let dir: string
let opened: Db[]
/** Reads of the server's rows that are going to fail. */
let failing = 0

const open = (told: string[] = []): Outbox => {
  const db = openOutbox(path.join(dir, 'outbox.db'), 'ab'.repeat(32))
  opened.push(db)
  const rows = {
    row: (_entity: string, id: string) => {
      if (failing-- > 0) throw new OutpostError('disk_failing')
      return row(id)
    },
    complete: () => true,
    childIds: () => [],
  }
  const onChange = (refs: readonly { readonly id: string }[]): void => void told.push(...refs.map(({ id }) => id))
  return new Outbox({ db, rows, clock: { now: () => 1_000, after: () => () => {} }, random, onChange })
}
const remove = (outbox: Outbox, record_id: string): string[] =>
  outbox.submit([{ op: 'delete', entity: 'accounts', record_id }], { grouped: false }).ids
const hidden = (outbox: Outbox): string[] => [...outbox.memory.hiddenAccounts].sort()

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'outpost-beside-'))
  opened = []
  failing = 0
})
afterEach(() => {
  for (const db of opened) db.close()
  rmSync(dir, { recursive: true, force: true })
})

test('S-4 edits of another process whose reading failed on the way are read and told at the next look', () => {
  const [first, second] = ids
  const told: string[] = []
  const outbox = open(told)
  remove(outbox, first)
  const beside = open()
  remove(beside, second)
  told.length = 0
  failing = 1
  expect(() => outbox.refresh()).toThrow()
  expect(told).toEqual([])
  expect(outbox.refresh()).toBe(true)
  expect(hidden(outbox)).toEqual(ids)
  expect([...new Set(told)].sort()).toEqual(ids)
  expect(outbox.refresh()).toBe(false)
})

test('S-4 a write that failed, and after which the file could not be read, leaves nothing behind', () => {
  const [first, second] = ids
  const outbox = open()
  remove(outbox, first)
  const write = (): unknown =>
    outbox.write(() => {
      remove(outbox, second)
      failing = 2
      throw new OutpostError('disk_failing', 'the first')
    })
  expect(write).toThrow('the first')
  failing = 0
  outbox.refresh()
  expect(hidden(outbox)).toEqual([first])
  expect([...outbox.memory.all()].map(({ edit }) => edit.record_id)).toEqual([first])
})

test('W-15 edits of another process that a write takes in are told with it', () => {
  const [first, second] = ids
  const told: string[] = []
  const outbox = open(told)
  remove(open(), second)
  remove(outbox, first)
  expect([...new Set(told)].sort()).toEqual(ids)
  expect(hidden(outbox)).toEqual(ids)
})
