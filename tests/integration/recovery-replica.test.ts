import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { AppError } from '../../core/errors.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { answerOf, cliTarget, runCliProcess } from '../support/cli-process.ts'
import { localThreads } from '../support/local-threads.ts'
import { openClient, openSyncWorld, type SyncWorld, TEST_KEY, type TestClient } from '../support/sync-client.ts'

let world: SyncWorld
const open: TestClient[] = []

const client = async (options: Partial<Parameters<typeof openClient>[0]> = {}): Promise<TestClient> => {
  const made = await openClient({ world, as: 'admin', ...options })
  open.push(made)
  return made
}

beforeAll(async () => {
  world = await openSyncWorld(120)
})
afterEach(async () => {
  for (const made of open.splice(0)) await made.stop()
  await world.backend.startGateway()
})
afterAll(() => world.stop())

const create = (company: string) => {
  const record_id = world.newId()
  const values = { type: 'customer', status: 'lead', company }
  return { op: 'create', entity: 'accounts', record_id, values } as const
}

const ledgered = async (id: string): Promise<number> =>
  Number((await world.sql.query('select count(*) n from mutations where id = $1', [id])).rows[0].n)

const flip = (file: string, at: number, length: number): void => {
  const bytes = readFileSync(file)
  for (let n = at; n < Math.min(at + length, bytes.length); n++) bytes[n] = (bytes[n] ?? 0) ^ 0xff
  writeFileSync(file, bytes)
}

/** Damages the pages of the accounts' rows: nothing that a start looks at. */
const damageRows = (replica: string): void => {
  const db = openDatabase({ path: replica, key: TEST_KEY, durability: 'normal', readonly: true })
  const leaves = db.prepare<[], number>(`select pageno from dbstat where name = 'accounts' and pagetype = 'leaf'`)
  const pages = leaves.pluck().all()
  db.close()
  expect(pages.length).toBeGreaterThan(3)
  for (const page of pages) flip(replica, 4_096 * (page - 1) + 50, 1)
}

/** A folder with a whole replica and one edit that has not been sent. */
const withUnsentEdit = async (): Promise<{ dir: string; edit: string; replica: string }> => {
  const c = await openClient({ world, as: 'admin' })
  await c.synced()
  await world.backend.stopGateway()
  await c.until('offline', async () => (await c.call('status.get', {})).state === 'offline')
  const [edit = ''] = await c.submit(create('Made before the damage'))
  await c.stop()
  await world.backend.startGateway()
  return { dir: c.dataDir, edit, replica: path.join(c.dataDir, 'replica.db') }
}

const expectWhole = async (c: TestClient, edit: string): Promise<void> => {
  await c.synced()
  expect(await ledgered(edit)).toBe(1)
  expect(await c.engine.verify()).toMatchObject({ differences: 0 })
}

const STOPPED: Readonly<Record<string, (replica: string) => void>> = {
  'whose first page is damaged': (replica) => flip(replica, 200, 1),
  'whose list of shapes is damaged': (replica) => flip(replica, 4_096, 4_096 * 30),
  'cut in the middle': (replica) => truncateSync(replica, 4_096 * 5 + 9),
  'cut to nothing': (replica) => truncateSync(replica, 0),
  'of a newer app': (replica) => {
    const db = openDatabase({ path: replica, key: TEST_KEY, durability: 'normal' })
    db.pragma('user_version = 99')
    db.close()
  },
  'under another key': (replica) => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(replica + suffix, { force: true })
    const db = openDatabase({ path: replica, key: 'ee'.repeat(32), durability: 'normal' })
    db.exec('create table other (id text)')
    db.close()
  },
  'deleted, its log left behind': (replica) => {
    rmSync(replica)
    writeFileSync(`${replica}-wal`, 'the log of something else')
  },
}

for (const [what, damage] of Object.entries(STOPPED))
  test(`L-2 a replica ${what} is fetched anew, and the edits stay`, async () => {
    const { dir, edit, replica } = await withUnsentEdit()
    damage(replica)
    const c = await client({ dataDir: dir })
    expect((await c.call('outbox.list', {})).map((entry) => entry.edit.id)).toEqual([edit])
    await expectWhole(c, edit)
    expect(
      readdirSync(dir).filter((name) => name.includes('.aside-') && !/-(wal|shm)$/.test(name)).length,
    ).toBeLessThan(2)
  })

test('L-2 damage that is met while the replica is in use ends the process; the next start fetches it anew', async () => {
  const { dir, edit, replica } = await withUnsentEdit()
  damageRows(replica)
  const fatal: AppError[] = []
  const c = await openClient({ world, as: 'admin', dataDir: dir, onFatal: (error) => fatal.push(error) })
  void c.engine.verify().catch(() => {})
  await c.until('fatal', () => fatal.length > 0)
  expect(fatal[0]).toMatchObject({ code: 'replica_damaged' })
  await c.stop()
  const again = await client({ dataDir: dir })
  await expectWhole(again, edit)
  expect(existsSync(`${replica}.damaged`)).toBe(false)
})

test('L-2 L-7 files that are removed while they are open: the replica is fetched anew, the outbox written again', async () => {
  for (const file of ['replica.db', 'outbox.db']) {
    const { dir, edit } = await withUnsentEdit()
    await world.backend.stopGateway()
    const fatal: AppError[] = []
    const c = await openClient({ world, as: 'admin', dataDir: dir, onFatal: (error) => fatal.push(error) })
    for (const suffix of ['', '-wal', '-shm']) rmSync(path.join(dir, file + suffix), { force: true })
    const [late = ''] = await c.submit(create('Made after the removal'))
    await c.until('fatal', () => fatal.length > 0)
    expect(fatal).toMatchObject([{ code: file === 'replica.db' ? 'replica_damaged' : 'outbox_moved' }])
    await c.stop()
    await world.backend.startGateway()
    const again = await client({ dataDir: dir })
    await expectWhole(again, edit)
    expect(await ledgered(late)).toBe(1)
  }
})

test('S-4 a full disk is told with its reason; nothing that was saved is lost, and it goes on when there is room', async () => {
  const threads = localThreads()
  const c = await client({ threads })
  await c.synced()
  const db = threads.replicaDb()
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)
  const long = 'x'.repeat(400)
  const { rows } = await world.sql.query(
    `update accounts set next_action = $1 where workspace_id = $2 and deleted_at is null returning id`,
    [long, world.backend.workspaceId],
  )
  await c.until('told', async () => (await c.call('status.get', {})).state === 'stuck')
  expect(await c.call('status.get', {})).toMatchObject({ detail: expect.stringContaining('The disk is full') })
  const [edit = ''] = await c.submit(create('Made on a full disk'))
  db.pragma('max_page_count = 1000000')
  await c.until('well again', async () => (await c.call('status.get', {})).state === 'up_to_date')
  const changed = await c.call('record.get', { entity: 'accounts', id: rows[0].id })
  expect(changed.row['next_action']).toBe(long)
  await expectWhole(c, edit)
})

test('L-2 L-6 the command line fetches a damaged replica anew by itself, and asks about a damaged outbox', async () => {
  const { dir, edit, replica } = await withUnsentEdit()
  const { args, env } = await cliTarget(world, dir)
  const keyed = { env: { ...env, OUTPOST_KEY_FILE: path.join(dir, 'key-of-the-test') } }
  writeFileSync(keyed.env.OUTPOST_KEY_FILE, TEST_KEY, { mode: 0o600 })
  damageRows(replica)
  const verified = await runCliProcess(['verify', ...args], keyed)
  expect(answerOf(verified)).toMatchObject({ differences: 0 })
  flip(path.join(dir, 'outbox.db'), 4_096 * 2 + 700, 1)
  const refused = await runCliProcess(['sync', '--once', ...args], keyed)
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'outbox_damaged', context: { backupUnsent: 1 } } })
  const unanswered = await runCliProcess(['outbox', 'recover', '--data', dir], keyed)
  expect(JSON.parse(unanswered.stdout)).toMatchObject({ error: { code: 'invalid_request' } })
  const recovered = await runCliProcess(['outbox', 'recover', '--from-backup', '--data', dir], keyed)
  expect(answerOf(recovered)).toMatchObject({ restored: { unsent: 1 } })
  // The backup's edit was sent since: the ledger answers it, and nothing is made twice.
  answerOf(await runCliProcess(['sync', '--once', ...args], keyed))
  expect(await ledgered(edit)).toBe(1)
  const outbox = answerOf<{ edits: unknown[] }>(await runCliProcess(['outbox', '--data', dir], keyed))
  expect(outbox.edits).toEqual([])
})
