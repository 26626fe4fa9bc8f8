import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { openClient, openSyncWorld, type SyncWorld, TEST_KEY, type TestClient } from '../support/sync-client.ts'

let world: SyncWorld
let client: TestClient

beforeAll(async () => {
  world = await openSyncWorld(60)
  client = await openClient({ world, as: 'manager' })
  await client.until('up to date', async () => (await client.call('status.get', {})).state === 'up_to_date')
})
afterAll(async () => {
  await client?.stop()
  if (client) rmSync(client.dataDir, { recursive: true, force: true })
  await world?.stop()
})

test('V-1 the window hears how many records differ and where, has them repaired, and keeps its own edits', async () => {
  const clean = await client.call('verify.run', {})
  expect(clean).toMatchObject({ differences: 0, entities: [], repaired: null })
  expect(clean.records).toBeGreaterThan(60)
  const db = openDatabase({ path: path.join(client.dataDir, 'replica.db'), key: TEST_KEY, durability: 'normal' })
  const [one, two] = db
    .prepare<[], { id: string; city: string; next_action: string | null }>(
      'select id, city, next_action from accounts order by id limit 2',
    )
    .all()
  db.prepare(`update accounts set city = 'Elsewhere' where id = ?`).run(one?.id ?? '')
  db.close()
  expect(await client.call('verify.run', {})).toMatchObject({
    differences: 1,
    entities: [{ entity: 'accounts', differences: 1 }],
  })

  await world.backend.stopGateway()
  await client.submit({
    op: 'patch',
    entity: 'accounts',
    record_id: two?.id ?? '',
    values: { next_action: 'Mine' },
    base: { next_action: two?.next_action ?? null },
  })
  await client.until('offline', async () => (await client.call('status.get', {})).state === 'offline')
  await expect(client.call('verify.run', { repair: true })).rejects.toMatchObject({ code: 'offline' })
  await world.backend.startGateway()
  await client.until('up to date', async () => (await client.call('status.get', {})).state === 'up_to_date')
  expect(await client.call('verify.run', { repair: true })).toMatchObject({ differences: 0, repaired: 1 })
  const row = async (id = '') => (await client.call('record.get', { entity: 'accounts', id })).row
  expect((await row(one?.id))['city']).toBe(one?.city)
  expect((await row(two?.id))['next_action']).toBe('Mine')
})
