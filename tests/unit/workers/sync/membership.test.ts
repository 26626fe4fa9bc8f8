import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ENTITY_NAMES } from '../../../../core/model/entities.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../../../core/protocol/version.ts'
import { seededRandom } from '../../../../core/random.ts'
import { openDatabase } from '../../../../db/sqlite/connection.ts'
import { migrate } from '../../../../db/sqlite/migrate.ts'
import { OUTBOX_MIGRATIONS } from '../../../../db/sqlite/schemas.ts'
import { GatewayClient } from '../../../../workers/sync/gateway-client.ts'
import { Membership } from '../../../../workers/sync/membership.ts'
import { Outbox } from '../../../../workers/sync/outbox.ts'
import { Reach } from '../../../../workers/sync/reach.ts'
import { SessionMemory } from '../../../../workers/sync/session.ts'

const KEY = 'ab'.repeat(32)
const ID = 'c0000000-0000-7000-8000-000000000000'
const SUMMARY = {
  workspace: { id: ID, name: 'W', currency: 'EUR', time_zone: 'UTC' },
  member: { id: ID, user_id: 'u', role: 'rep', display_name: 'M', email: 'm@example.com' },
  counts: Object.fromEntries(ENTITY_NAMES.map((name) => [name, 0])),
}

test('L-4 sealed edits are opened by a later summary where the file was busy at the first', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'outpost-membership-'))
  const file = { path: path.join(dir, 'outbox.db'), key: KEY, durability: 'normal', busyTimeoutMs: 0 } as const
  const db = openDatabase(file)
  onTestFinished(() => {
    db.close()
    rmSync(dir, { recursive: true, force: true })
  })
  migrate(db, OUTBOX_MIGRATIONS)
  let timers: (() => void)[] = []
  const clock = {
    now: () => 1_700_000_000_000,
    after: (_delayMs: number, work: () => void) => {
      timers.push(work)
      return () => {
        timers = timers.filter((other) => other !== work)
      }
    },
  }
  const rows = { row: () => null, complete: () => true, childIds: () => [] }
  const outbox = new Outbox({ db, rows, clock, random: seededRandom(1), onChange: () => {} })
  const gateway = new GatewayClient({
    address: 'http://gateway',
    workspace: 'w',
    token: () => 'token',
    clock,
    saw: () => {},
    fetch: async () =>
      new Response(JSON.stringify(SUMMARY), { headers: { [PROTOCOL_HEADER]: String(PROTOCOL_VERSION) } }),
  })
  const read: boolean[] = []
  const membership = new Membership({
    clock,
    outbox,
    gateway,
    session: new SessionMemory(outbox),
    reach: new Reach(clock, () => {}),
    signedIn: () => true,
    empty: async () => {},
    onRead: () => read.push(outbox.memory.sealed),
    log: () => {},
  })
  outbox.seal(true)
  const other = openDatabase(file)
  other.exec('begin immediate')
  await membership.read()
  expect(outbox.memory.sealed).toBe(true)
  other.close()
  // Nothing but its own timers asks again: the way to the gateway never broke.
  for (let turn = 0; read.length < 2 && turn < 1_000; turn++) {
    for (const work of timers.splice(0)) work()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(read).toEqual([true, false])
})
