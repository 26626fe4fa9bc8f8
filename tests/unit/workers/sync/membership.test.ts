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

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A membership over an outbox on disk; the gateway answers what `answer` says, and timers run when they are told to. */
const open = (answer: () => Response) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'outpost-membership-'))
  const file = { path: path.join(dir, 'outbox.db'), key: KEY, durability: 'normal', busyTimeoutMs: 0 } as const
  const db = openDatabase(file)
  onTestFinished(() => {
    db.close()
    rmSync(dir, { recursive: true, force: true })
  })
  migrate(db, OUTBOX_MIGRATIONS)
  let timers: { readonly delayMs: number; readonly work: () => void }[] = []
  let nowMs = 1_700_000_000_000
  const clock = {
    now: () => nowMs,
    after: (delayMs: number, work: () => void) => {
      const timer = { delayMs, work }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  const rows = { row: () => null, complete: () => true, childIds: () => [] }
  const outbox = new Outbox({ db, rows, clock, random: seededRandom(1), onChange: () => {} })
  const reach = new Reach(clock, () => {})
  const gateway = new GatewayClient({
    address: 'http://gateway',
    workspace: 'w',
    token: () => 'token',
    clock,
    saw: (kind, trouble) => reach.saw(kind, trouble),
    fetch: async () => answer(),
  })
  const seen = { read: [] as boolean[], begun: 0, emptied: 0 }
  const membership = new Membership({
    clock,
    outbox,
    gateway,
    session: new SessionMemory(outbox),
    reach,
    signedIn: () => true,
    empty: async () => void seen.emptied++,
    begin: () => {
      seen.begun++
      reach.clearWait()
    },
    onRead: () => seen.read.push(outbox.memory.sealed),
    log: () => {},
  })
  const delays = (): readonly number[] => timers.map(({ delayMs }) => delayMs)
  const due = async (): Promise<void> => {
    for (const { work } of timers.splice(0)) work()
    await settle()
  }
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { file, outbox, reach, membership, seen, delays, due, pass }
}

const headers = { [PROTOCOL_HEADER]: String(PROTOCOL_VERSION) }
const holds = (): Response => new Response(JSON.stringify(SUMMARY), { headers })
const refuses = (status: number, code: string) => (): Response =>
  new Response(JSON.stringify({ error: { code, message: code } }), { status, headers })

test('L-4 sealed edits are opened by a later summary where the file was busy at the first', async () => {
  const { file, outbox, membership, seen, due } = open(holds)
  outbox.seal(true)
  const other = openDatabase(file)
  other.exec('begin immediate')
  await membership.read()
  expect(outbox.memory.sealed).toBe(true)
  other.close()
  // Nothing but its own timers asks again: the way to the gateway never broke.
  await due()
  expect(seen.read).toEqual([true, false])
})

test('L-4 a refusal that the second answer contradicts begins everything anew, and not at full speed', async () => {
  const { outbox, reach, membership, seen, delays, due } = open(holds)
  for (const wait of [0, 3_000]) {
    reach.saw('no_access')
    membership.refused()
    await settle()
    expect(delays()).toEqual([wait])
    await due()
  }
  expect(seen).toMatchObject({ begun: 2, emptied: 0 })
  expect([reach.wait, outbox.memory.sealed]).toEqual([null, false])
})

test('L-4 refusals that go on do not put the new beginning off', async () => {
  const { reach, membership, seen, delays, due, pass } = open(holds)
  reach.saw('no_access')
  membership.refused()
  await settle()
  await due()
  for (const wait of [3_000, 1_000]) {
    reach.saw('no_access')
    membership.refused()
    await settle()
    expect(delays()).toEqual([wait])
    pass(2_000)
  }
  await due()
  expect(seen.begun).toBe(2)
})

test('L-4 a refusal that nothing confirms or contradicts is asked about again until something does', async () => {
  let answer = refuses(503, 'server_busy')
  const { outbox, reach, membership, seen, delays, due } = open(() => answer())
  reach.saw('no_access')
  membership.refused()
  await settle()
  await due()
  expect(delays()).toEqual([3_000])
  expect([seen.emptied, outbox.memory.sealed]).toEqual([0, false])
  answer = refuses(403, 'no_access')
  await due()
  expect([seen.emptied, outbox.memory.sealed, seen.begun]).toEqual([1, true, 0])
  expect(delays()).toEqual([])
})
