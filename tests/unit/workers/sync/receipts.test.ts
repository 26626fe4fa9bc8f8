import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../../../core/clock.ts'
import { uuidv7 } from '../../../../core/id.ts'
import { seededRandom } from '../../../../core/random.ts'
import { openDatabase } from '../../../../db/sqlite/connection.ts'
import { migrate } from '../../../../db/sqlite/migrate.ts'
import { OUTBOX_MIGRATIONS } from '../../../../db/sqlite/schemas.ts'
import { Outbox } from '../../../../workers/sync/outbox.ts'
import { pruneDaily } from '../../../../workers/sync/receipts.ts'

const DAY_MS = 86_400_000
const random = seededRandom(1)
let dir: string

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'outpost-receipts-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** A clock whose days the test lets pass. */
class Days implements Clock {
  day = 100
  #due: (() => void) | null = null

  now(): number {
    return this.day * DAY_MS
  }

  after(delayMs: number, work: () => void): () => void {
    expect(delayMs).toBe(DAY_MS)
    this.#due = work
    return () => {
      this.#due = null
    }
  }

  pass(): void {
    this.day++
    const due = this.#due
    this.#due = null
    due?.()
  }
}

test('W-24 receipts go once a day while the process runs, and after a day on which that failed', () => {
  const db = openDatabase({ path: path.join(dir, 'outbox.db'), key: 'ab'.repeat(32), durability: 'normal' })
  migrate(db, OUTBOX_MIGRATIONS)
  const clock = new Days()
  const rows = { row: () => null, complete: () => true, childIds: () => [] }
  const outbox = new Outbox({ db, rows, clock, random, onChange: () => {} })
  for (const daysAgo of [30, 29, 28, 27]) {
    const at = clock.now() - daysAgo * DAY_MS
    const id = uuidv7(at, random)
    const edit = { id, entity: 'accounts', record_id: id, op: 'create', values: { company: 'Acme' } } as const
    const made = outbox.store.insert({ edit, after: [], base: null, madeAt: at })
    const answer = { status: 'accepted', txid: 7, version: 1, inShard: true, at } as const
    outbox.store.update('queued', { ...made, state: 'settled', answer }, at)
  }
  const kept = (): unknown => db.prepare('select count(*) from edits').pluck().get()
  const end = pruneDaily(clock, outbox)
  expect(kept()).toBe(4)
  clock.pass()
  expect(kept()).toBe(3)
  db.pragma('query_only = ON')
  clock.pass()
  expect(kept()).toBe(3)
  db.pragma('query_only = OFF')
  clock.pass()
  expect(kept()).toBe(1)
  end()
  clock.pass()
  expect(kept()).toBe(1)
  db.close()
})
