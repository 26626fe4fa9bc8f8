import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Receipt } from '../../core/protocol/outbox.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { OutboxStore } from '../../db/sqlite/outbox-store.ts'
import { OUTBOX_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { answerOf, cliTarget, runCliProcess } from '../support/cli-process.ts'
import { openSyncWorld, type SyncWorld, TEST_KEY } from '../support/sync-client.ts'

let world: SyncWorld
let root: string
let args: string[]
let env: NodeJS.ProcessEnv

const DAY_MS = 86_400_000

beforeAll(async () => {
  world = await openSyncWorld(60)
  root = mkdtempSync(path.join(tmpdir(), 'outpost-cli-'))
  const target = await cliTarget(world, root)
  args = target.args
  env = target.env
  answerOf(await runCliProcess(['sync', '--once', ...args], { env }))
})
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await world.stop()
})

const cli = (...command: string[]) => runCliProcess([...command, '--data', root], { env })
const create = async (company: string): Promise<string> => {
  const values = JSON.stringify({ company, type: 'customer', status: 'lead' })
  return answerOf<{ edit_id: string }>(await cli('mutate', '--entity', 'accounts', '--create', values)).edit_id
}

test('W-24 each accepted edit has a receipt with the transaction of the ledger, page by page and as CSV', async () => {
  const ids = [await create('One'), await create('=Two, "Inc."'), await create('Three')]
  expect(answerOf(await cli('outbox', 'receipts'))).toEqual({ receipts: [], total: 0 })
  answerOf(await runCliProcess(['sync', '--once', ...args], { env }))
  const { receipts, total } = answerOf<{ receipts: Receipt[]; total: number }>(await cli('outbox', 'receipts'))
  expect(total).toBe(3)
  expect(receipts.map(({ id }) => id)).toEqual(ids.toReversed())
  const ledger = await world.sql.query(
    `select id, (answer ->> 'txid')::int as txid, (answer ->> 'version')::int as version from mutations
      where id = any ($1) order by id desc`,
    [ids],
  )
  expect(receipts.map(({ id, txid, version }) => ({ id, txid, version }))).toEqual(ledger.rows)
  for (const { madeAt, acceptedAt } of receipts) expect(acceptedAt).toBeGreaterThan(madeAt)

  const page = answerOf<{ receipts: Receipt[] }>(await cli('outbox', 'receipts', '--count', '2'))
  const rest = answerOf<{ receipts: Receipt[] }>(
    await cli('outbox', 'receipts', '--before', String(page.receipts.at(-1)?.seq)),
  )
  expect([...page.receipts, ...rest.receipts]).toEqual(receipts)

  const out = path.join(root, 'receipts.csv')
  expect(answerOf(await cli('outbox', 'receipts', '--format', 'csv', '--out', out))).toEqual({ file: out, count: 3 })
  const { stdout } = await cli('outbox', 'receipts', '--format', 'csv')
  const [header, , second] = stdout.split('\r\n')
  expect(header).toBe('edit,action,kind,record,name,fields,made,accepted,transaction,version')
  expect(second).toContain(`${ids[1]},create,Account,`)
  expect(second).toContain(`,"'=Two, ""Inc.""",`)
})

test('W-24 receipts go after thirty days', () => {
  const db = openDatabase({ path: path.join(root, 'kept.db'), key: TEST_KEY, durability: 'full' })
  migrate(db, OUTBOX_MIGRATIONS)
  const store = new OutboxStore(db)
  const now = 100 * DAY_MS
  for (const [n, daysAgo] of [31, 29].entries()) {
    const id = world.newId()
    const edit = { id, entity: 'accounts', record_id: id, op: 'create', values: { company: `No. ${n}` } } as const
    const made = store.insert({ edit, after: [], base: null, madeAt: now - daysAgo * DAY_MS })
    const at = now - daysAgo * DAY_MS
    const answer = { status: 'accepted', txid: 7, version: 1, inShard: true, at } as const
    store.update('queued', { ...made, state: 'settled', answer }, at)
  }
  const names = () => store.accepted(now - 30 * DAY_MS, null, 10).map(({ seq }) => seq)
  expect(names()).toEqual([2])
  expect(store.countAccepted(now - 30 * DAY_MS)).toBe(1)
  expect(store.prune(now - 30 * DAY_MS)).toBe(1)
  expect(names()).toEqual([2])
  db.close()
})

test('L-9 data with unsent edits is removed only for their exact number, and never under an owner', async () => {
  await create('Four')
  await create('Five')
  for (const agreed of [[], ['--unsent', '1']]) {
    const refused = await cli('remove', ...agreed)
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'unsent_edits', context: { unsent: 2 } })
  }
  const key = answerOf<{ edits: unknown[] }>(await cli('outbox')).edits
  expect(key).toHaveLength(2)

  let stop = (): void => {}
  const owner = runCliProcess(['sync', '--watch', ...args], {
    env,
    onStart: (child) => {
      stop = () => child.kill('SIGINT')
    },
  })
  try {
    await expect
      .poll(async () => JSON.parse((await cli('remove')).stdout).error?.code, { timeout: 30_000 })
      .toBe('already_running')
  } finally {
    stop()
    await owner
  }
  await create('Six')
  expect(JSON.parse((await cli('remove')).stdout).error).toMatchObject({ context: { unsent: 1 } })
  expect(answerOf(await cli('remove', '--unsent', '1'))).toEqual({ removed: root, lost: 1 })
  expect(readdirSync(root).filter((name) => /^(replica|outbox|lock|key|profile)\b/.test(name))).toEqual([])
  expect(existsSync(path.join(root, 'receipts.csv'))).toBe(true)
  answerOf(await runCliProcess(['sync', '--once', ...args], { env }))
  expect(answerOf(await cli('outbox'))).toEqual({ edits: [] })
})
