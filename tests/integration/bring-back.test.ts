import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openClient, openSyncWorld, type SyncWorld, type TestClient } from '../support/sync-client.ts'

let world: SyncWorld
let mine: TestClient
let other: TestClient

beforeAll(async () => {
  world = await openSyncWorld(60)
  mine = await openClient({ world, as: 'manager' })
  other = await openClient({ world, as: 'admin' })
  await Promise.all([mine.synced(), other.synced()])
})
afterAll(async () => {
  for (const client of [mine, other]) {
    await client?.stop()
    if (client) rmSync(client.dataDir, { recursive: true, force: true })
  }
  await world?.stop()
})

const child = async (): Promise<{ id: string; account_id: string; phone: string | null }> => {
  const { rows } = await world.sql.query(
    `select c.id, c.account_id, c.phone from contacts c join accounts a on a.id = c.account_id
      where c.workspace_id = $1 and c.deleted_at is null and a.deleted_at is null order by c.id limit 1`,
    [world.backend.workspaceId],
  )
  return rows[0]
}
const living = async (table: string, id: string): Promise<boolean> =>
  (await world.sql.query(`select from ${table} where id = $1 and deleted_at is null`, [id])).rowCount === 1
const refusals = async () => (await mine.call('outbox.list', {})).filter(({ state }) => state === 'refused')

test('W-23 edits on an account that somebody removed bring it back, each of them at most once', async () => {
  const contact = await child()
  const added = world.newId()
  mine.engine.setToken(null)
  await mine.submit(
    {
      op: 'patch',
      entity: 'contacts',
      record_id: contact.id,
      values: { phone: '+1 555 0100' },
      base: { phone: contact.phone },
    },
    { op: 'create', entity: 'notes', record_id: added, values: { account_id: contact.account_id, body: 'Keep this' } },
  )
  await other.submit({ op: 'delete', entity: 'accounts', record_id: contact.account_id })
  await other.synced()
  mine.engine.setToken(await world.backend.tokenFor('manager'))
  await mine.until('refused twice', async () => (await refusals()).length === 2)
  await mine.synced()
  expect((await refusals()).map(({ refusal }) => refusal?.code)).toEqual(['removed_elsewhere', 'removed_elsewhere'])
  expect(await mine.call('record.get', { entity: 'contacts', id: contact.id })).toMatchObject({ mark: 'removed' })
  expect(await living('contacts', contact.id)).toBe(false)

  const [first, second] = await refusals()
  await mine.call('outbox.bringBack', { id: first?.edit.id ?? '' })
  await mine.synced()
  expect(await living('accounts', contact.account_id)).toBe(true)
  expect(await living('contacts', contact.id)).toBe(true)
  // The account is back already: nothing is left to restore, and a plain resend does.
  await expect(mine.call('outbox.bringBack', { id: second?.edit.id ?? '' })).rejects.toMatchObject({
    code: 'not_found',
  })
  await mine.call('outbox.resend', { id: second?.edit.id ?? '' })
  await mine.synced()
  expect(await refusals()).toEqual([])
  expect(await living('notes', added)).toBe(true)
  const { rows } = await world.sql.query('select phone from contacts where id = $1', [contact.id])
  expect(rows).toEqual([{ phone: '+1 555 0100' }])
})

test('W-23 what was removed by hand, and so names no delete to reverse, is not brought back but stays', async () => {
  const { account_id: id } = await child()
  mine.engine.setToken(null)
  await mine.submit({ op: 'patch', entity: 'accounts', record_id: id, values: { city: 'Here' }, base: { city: null } })
  await world.sql.query('update accounts set deleted_at = now(), deleted_by_mutation = $2 where id = $1', [
    id,
    world.newId(),
  ])
  mine.engine.setToken(await world.backend.tokenFor('manager'))
  await mine.until('refused', async () => (await refusals()).length === 1)
  const [entry] = await refusals()
  await expect(mine.call('outbox.bringBack', { id: entry?.edit.id ?? '' })).rejects.toMatchObject({ code: 'not_found' })
  expect(await refusals()).toHaveLength(1)
  await mine.call('outbox.discard', { id: entry?.edit.id ?? '' })
  await mine.until('gone', async () => !(await mine.engine.call('record.get', { entity: 'accounts', id })).ok)
})
