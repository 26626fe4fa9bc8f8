import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { uuidv7 } from '../../../../core/id.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../../../core/protocol/version.ts'
import { seededRandom } from '../../../../core/random.ts'
import { type Db, openDatabase } from '../../../../db/sqlite/connection.ts'
import { migrate } from '../../../../db/sqlite/migrate.ts'
import { OUTBOX_MIGRATIONS } from '../../../../db/sqlite/schemas.ts'
import { GatewayClient } from '../../../../workers/sync/gateway-client.ts'
import { Outbox } from '../../../../workers/sync/outbox.ts'
import { Uploader } from '../../../../workers/sync/uploader.ts'

const random = seededRandom(1)
const ALL_PAGES = 4_294_967_294

/** A clock that the test turns by hand; its wall may be set apart from its timers. */
class HandClock {
  wallMs = 1_700_000_000_000
  #timers: { at: number; work: () => void }[] = []
  #trueMs = 0

  now(): number {
    return this.wallMs
  }

  after(delayMs: number, work: () => void): () => void {
    const timer = { at: this.#trueMs + delayMs, work }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  async pass(ms: number): Promise<void> {
    this.#trueMs += ms
    this.wallMs += ms
    const due = this.#timers.filter(({ at }) => at <= this.#trueMs)
    this.#timers = this.#timers.filter(({ at }) => at > this.#trueMs)
    for (const { work } of due) work()
    await settled()
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const answer = (status: number, body: unknown = {}, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { [PROTOCOL_HEADER]: String(PROTOCOL_VERSION), ...headers } })

let dir: string
let db: Db
let clock: HandClock
let outbox: Outbox
let uploader: Uploader
let token: string
let asked: { ids: string[]; token: string }[]
let respond: (ids: string[]) => Response | Promise<Response>

const accept = (ids: string[]): Response =>
  answer(200, { results: ids.map((id) => ({ id, status: 'accepted', txid: 1, version: 1, in_shard: true })) })

const states = (): readonly unknown[] => db.prepare('select state from edits order by seq').pluck().all()

const submit = (): void => {
  const values = { type: 'customer', company: 'Acme', status: 'lead', opportunity: 'x'.repeat(9_000) }
  outbox.submit([{ op: 'create', entity: 'accounts', record_id: uuidv7(clock.now(), random), values }], {
    grouped: false,
  })
}

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'outpost-uploader-'))
  db = openDatabase({ path: path.join(dir, 'outbox.db'), key: 'ab'.repeat(32), durability: 'normal' })
  migrate(db, OUTBOX_MIGRATIONS)
  clock = new HandClock()
  token = 'old'
  asked = []
  respond = accept
  const rows = { row: () => null, complete: () => true, childIds: () => [] }
  outbox = new Outbox({ db, rows, clock, random, onChange: () => {} })
  const gateway = new GatewayClient({
    address: 'http://gateway',
    workspace: 'w',
    token: () => token,
    clock,
    saw: () => {},
    fetch: async (_url, init) => {
      const { edits }: { edits: { id: string }[] } = JSON.parse(String(init?.body))
      const ids = edits.map(({ id }) => id)
      asked.push({ ids, token: new Headers(init?.headers).get('authorization') ?? '' })
      return respond(ids)
    },
  })
  uploader = new Uploader({
    outbox,
    gateway,
    clock,
    random,
    backoff: { baseMs: 100, capMs: 2_000 },
    clientId: () => 'c0000000-0000-7000-8000-000000000000',
    onCopied: () => {},
    log: () => {},
    onChange: () => {},
  })
})
afterEach(() => {
  db.close()
  rmSync(dir, { recursive: true, force: true })
})

test('W-1 W-10 edits whose verdict a full disk did not take are sent again, under their ids', async () => {
  submit()
  respond = (ids) => {
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)
    // The verdict's message needs more room than there is.
    const refused = { status: 'refused', code: 'forbidden', message: 'm'.repeat(100_000) }
    return answer(200, { results: ids.map((id) => ({ id, ...refused })) })
  }
  uploader.kick()
  await settled()
  expect(states()).toEqual(['sending'])
  db.pragma(`max_page_count = ${ALL_PAGES}`)
  respond = accept
  await clock.pass(1_000)
  expect(states()).toEqual(['accepted'])
  expect(asked[1]?.ids).toEqual(asked[0]?.ids)
})

test('W-11 a 401 to a request from before the new token stops nothing', async () => {
  submit()
  respond = (ids) => {
    token = 'new'
    uploader.due(true)
    respond = accept
    return ids.length > 0 ? answer(401) : answer(500)
  }
  uploader.kick()
  await settled()
  expect(asked.map((one) => one.token)).toEqual(['Bearer old', 'Bearer new'])
  expect(states()).toEqual(['accepted'])
})

test('W-11 a 403 to a request from before a wake stops nothing', async () => {
  submit()
  respond = () => {
    uploader.due(true)
    respond = accept
    return answer(403)
  }
  uploader.kick()
  await settled()
  expect(states()).toEqual(['accepted'])
})

test('W-11 a wall clock set back makes all due, a Retry-After of the old time too', async () => {
  submit()
  respond = () => answer(429, {}, { 'retry-after': '2' })
  uploader.kick()
  await settled()
  respond = accept
  clock.wallMs -= 7_200_000
  uploader.kick()
  await clock.pass(3_000)
  expect(states()).toEqual(['queued'])
  uploader.clockSetBack()
  await settled()
  expect(states()).toEqual(['accepted'])
})

test('an edit that goes out leaves the stored merged row alone, which is the same as before', () => {
  const changes = (): unknown => db.prepare('select total_changes()').pluck().get()
  submit()
  const before = Number(changes())
  const { batch } = outbox.take(10)
  outbox.putBack(batch, null)
  expect(batch).toHaveLength(1)
  expect(Number(changes()) - before).toBe(2)
  expect(db.prepare('select mark from shown').pluck().all()).toEqual(['pending'])
})
