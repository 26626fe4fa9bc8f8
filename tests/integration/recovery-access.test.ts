import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { PROTOCOL_HEADER } from '../../core/protocol/version.ts'
import { httpFetch } from '../../workers/sync/http-fetch.ts'
import { openClient, openSyncWorld, type SyncWorld, type TestClient } from '../support/sync-client.ts'

let world: SyncWorld
const open: TestClient[] = []
const root = mkdtempSync(path.join(tmpdir(), 'outpost-access-'))

const client = async (options: Partial<Parameters<typeof openClient>[0]> = {}): Promise<TestClient> => {
  const made = await openClient({ world, as: 'admin', ...options })
  open.push(made)
  return made
}
const stop = async (c: TestClient): Promise<void> => {
  open.splice(open.indexOf(c), 1)
  await c.stop()
}

beforeAll(async () => {
  world = await openSyncWorld(60)
})
afterEach(async () => {
  for (const made of open.splice(0)) await made.stop()
  await world.backend.startGateway()
})
afterAll(async () => {
  await world.stop()
  rmSync(root, { recursive: true, force: true })
})

const create = (company: string) => {
  const record_id = world.newId()
  const values = { type: 'customer', status: 'lead', company }
  return { op: 'create', entity: 'accounts', record_id, values } as const
}
const ledgered = async (id: string): Promise<number> =>
  Number((await world.sql.query('select count(*) n from mutations where id = $1', [id])).rows[0].n)

const offline = async (c: TestClient): Promise<void> => {
  await world.backend.stopGateway()
  await c.until('offline', async () => (await c.call('status.get', {})).state === 'offline')
}

test('L-4 unsent edits of a member who lost access are kept and counted, shown and sent nowhere, and come back with the access', async () => {
  const token = await world.backend.tokenFor('manager')
  const first = await client({ token })
  await first.synced()
  const { member } = await first.call('session.get', {})
  await offline(first)
  const made = create('Sealed')
  const [edit = ''] = await first.submit(made)
  const setAccess = (deleted: boolean) =>
    world.sql.query(
      'update workspace_members set deleted_at = case when $2 then now() end, deleted_by_mutation = case when $2 then $3::uuid end where id = $1',
      [member.id, deleted, world.newId()],
    )
  await setAccess(true)
  await world.backend.startGateway()
  writeFileSync(path.join(first.dataDir, 'columns.db'), 'what the lists were made of')
  const sealed = async (c: TestClient): Promise<void> => {
    await c.until('no access', async () => (await c.call('status.get', {})).state === 'no_access')
    await c.until('sealed', async () => (await c.call('outbox.list', {})).length === 0)
    expect(await c.call('status.get', {})).toMatchObject({ pending: 1 })
    await c.until('no columns left', () => !existsSync(path.join(c.dataDir, 'columns.db')))
    const key = { entity: 'accounts', id: made.record_id } as const
    await expect(c.call('record.get', key)).rejects.toMatchObject({ code: 'not_found' })
    await expect(c.submit(create('Too late'))).rejects.toMatchObject({ code: 'no_access' })
    await expect(c.call('outbox.discard', { id: edit })).rejects.toMatchObject({ code: 'no_access' })
    await expect(c.call('edits.undo', { ids: [edit] })).rejects.toMatchObject({ code: 'no_access' })
  }
  await sealed(first)
  await stop(first)
  const again = await client({ token, dataDir: first.dataDir })
  await sealed(again)
  expect(await ledgered(edit)).toBe(0)
  await setAccess(false)
  again.engine.wake()
  await again.synced()
  await again.until('sent', async () => (await ledgered(edit)) === 1)
  expect((await again.call('record.get', { entity: 'accounts', id: made.record_id })).row['company']).toBe('Sealed')
  expect(await again.engine.verify()).toMatchObject({ differences: 0 })
})

test('R-12 a Retry-After holds every stream, whatever restarts it, the process included', async () => {
  const asked: number[] = []
  let saidAt = 0
  const HOLD_MS = 1_500
  const limited: typeof fetch = async (input, init) => {
    if (!String(input).includes('/shape')) return httpFetch(input, init)
    asked.push(Date.now())
    if (saidAt === 0) {
      saidAt = Date.now()
      const headers = { 'retry-after': String(HOLD_MS / 1_000), [PROTOCOL_HEADER]: '1' }
      return new Response('{}', { status: 503, headers })
    }
    return httpFetch(input, init)
  }
  const first = await client({ fetch: limited })
  await first.until('asked to wait', () => saidAt > 0)
  // Requests that were on their way when the answer came.
  await first.until('a moment later', () => Date.now() - saidAt > 200)
  first.engine.wake()
  await stop(first)
  const second = await client({ fetch: limited, dataDir: first.dataDir })
  second.engine.wake()
  second.engine.setToken(await world.backend.tokenFor('admin'))
  await second.synced()
  expect(asked.filter((at) => at - saidAt > 200 && at - saidAt < HOLD_MS - 50)).toEqual([])
  expect(asked.some((at) => at - saidAt >= HOLD_MS - 50)).toBe(true)
})

test('L-8 a copied data folder doubles nothing; an edit whose copies have parted waits for a person', async () => {
  const original = await client()
  await original.synced()
  await offline(original)
  const made = create('In both folders')
  const patch = (from: string | null, to: string) =>
    ({
      op: 'patch',
      entity: 'accounts',
      record_id: made.record_id,
      values: { city: to },
      base: { city: from },
    }) as const
  const [both = ''] = await original.submit(made)
  const [first = '', second = ''] = await original.submit(patch(null, 'A'), patch('A', 'B'))
  await stop(original)
  const copied = path.join(root, 'copy')
  cpSync(original.dataDir, copied, { recursive: true })

  let copyOnline = false
  const copy = await client({
    dataDir: copied,
    fetch: async (input, init) => {
      if (!copyOnline) throw new TypeError('no network')
      return httpFetch(input, init)
    },
  })
  expect(await copy.call('edits.undo', { ids: [first] })).toMatchObject({ cancelled: 1 })
  await world.backend.startGateway()
  const again = await client({ dataDir: original.dataDir })
  await again.synced()
  copyOnline = true
  copy.engine.wake()
  await copy.until('refused', async () => (await copy.call('outbox.list', {})).some(({ state }) => state === 'refused'))
  const entries = await copy.call('outbox.list', {})
  expect(entries.filter(({ state }) => state === 'refused')).toMatchObject([
    { edit: { id: second }, refusal: { code: 'id_reused' } },
  ])
  for (const id of [both, first, second]) expect(await ledgered(id)).toBe(1)
  // A resend is tested against what the server holds, as far as this copy has heard.
  await copy.until('caught up', async () => {
    const { row } = await copy.call('record.get', { entity: 'accounts', id: made.record_id })
    return row['city'] === 'B'
  })
  const { id: resent } = await copy.call('outbox.resend', { id: second, values: { city: 'C' } })
  await copy.synced()
  expect(resent).not.toBe(second)
  const { rows } = await world.sql.query('select id, client_id from mutations where id = any($1)', [[both, resent]])
  expect(new Set(rows.map(({ client_id }) => client_id)).size).toBe(2)
  const { rows: end } = await world.sql.query('select city from accounts where id = $1', [made.record_id])
  expect(end).toEqual([{ city: 'C' }])
})

test('L-10 another member’s token sends nothing of this data folder; the owner’s does', async () => {
  const first = await client({ token: await world.backend.tokenFor('manager') })
  await first.synced()
  await offline(first)
  const [edit = ''] = await first.submit(create('Mine alone'))
  const { dataDir } = first
  await stop(first)
  await world.backend.startGateway()

  const stranger = await client({ dataDir, token: await world.backend.tokenFor('admin') })
  await stranger.until('signed out', async () => (await stranger.call('status.get', {})).state === 'signed_out')
  stranger.engine.setToken(await world.backend.tokenFor('rep'))
  expect((await stranger.call('status.get', {})).state).toBe('signed_out')
  expect(await ledgered(edit)).toBe(0)

  stranger.engine.setToken(await world.backend.tokenFor('manager'))
  await stranger.synced()
  expect(await ledgered(edit)).toBe(1)
})
