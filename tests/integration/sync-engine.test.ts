import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Params } from '../../core/protocol/window-api.ts'
import { openClient, openSyncWorld, type SyncWorld, type TestClient } from '../support/sync-client.ts'

let world: SyncWorld
const open: TestClient[] = []

const client = async (options: Omit<Parameters<typeof openClient>[0], 'world'>): Promise<TestClient> => {
  const made = await openClient({ world, ...options })
  open.push(made)
  return made
}

const someAccount = async (where = 'true'): Promise<{ id: string; company: string; assigned_to: string }> => {
  const { rows } = await world.sql.query(
    `select id, company, assigned_to from accounts a where deleted_at is null and workspace_id = $1
     and exists (select from contacts c where c.account_id = a.id) and ${where} order by random() limit 1`,
    [world.backend.workspaceId],
  )
  return rows[0]
}

const ledgered = async (id: string): Promise<number> =>
  Number((await world.sql.query('select count(*) n from mutations where id = $1', [id])).rows[0].n)

const markOf = async (c: TestClient, id: string): Promise<string | null> =>
  (await c.call('record.get', { entity: 'accounts', id })).mark

beforeAll(async () => {
  world = await openSyncWorld()
})
afterEach(async () => {
  for (const made of open.splice(0)) await made.stop()
  await world.backend.startGateway()
})
afterAll(() => world.stop())

test('R-1 R-2 a first load brings every record, tells the lists each once, and equals the server', async () => {
  const c = await client({ as: 'admin' })
  const fed = c.feed()
  await c.synced()
  await c.until('fed', () => fed.loaded.size === 4)
  const { rows } = await world.sql.query(
    'select count(*) n from accounts where deleted_at is null and workspace_id = $1',
    [world.backend.workspaceId],
  )
  expect(fed.rows.get('accounts')?.size).toBe(Number(rows[0].n))
  expect(await c.engine.verify()).toMatchObject({ differences: 0 })
  expect(await c.call('session.get', {})).toMatchObject({
    member: { role: 'admin' },
    gateway: world.backend.gatewayUrl,
  })
  await c.until('up to date', async () => (await c.call('status.get', {})).state === 'up_to_date')
})

test('R-6 what another client changes arrives live, in lists and as a record event', async () => {
  const [a, b] = [await client({ as: 'admin' }), await client({ as: 'manager' })]
  await a.synced()
  await b.synced()
  const fed = b.feed()
  await b.until('fed', () => fed.loaded.size === 4)
  const account = await someAccount()
  const created = world.newId()
  await a.submit(
    {
      op: 'patch',
      entity: 'accounts',
      record_id: account.id,
      values: { city: 'Live' },
      base: { city: (await a.call('record.get', { entity: 'accounts', id: account.id })).row['city'] ?? null },
    },
    {
      op: 'create',
      entity: 'accounts',
      record_id: created,
      values: { type: 'customer', company: 'Made live', status: 'lead' },
    },
  )
  await b.until('told', () => fed.rows.get('accounts')?.has(created) === true)
  await b.until(
    'changed',
    async () => (await b.call('record.get', { entity: 'accounts', id: account.id })).row['city'] === 'Live',
  )
  expect(
    b.events.some(
      ({ event, payload }) => event === 'records' && payload.changes.some(({ ids }) => ids?.includes(account.id)),
    ),
  ).toBe(true)
})

test('W-1 W-14 W-15 W-21 edits made offline show at once, survive a restart, and reach the server exactly once', async () => {
  const first = await openClient({ world, as: 'admin' })
  await first.synced()
  const [patched, deleted] = [await someAccount(), await someAccount()]
  const hiddenChild = (await first.call('account.detail', { id: deleted.id })).contacts[0]?.row['id']
  await world.backend.stopGateway()
  await first.until('offline', async () => (await first.call('status.get', {})).state === 'offline')
  const [account, contact] = [world.newId(), world.newId()]
  const edits = await first.submit(
    {
      op: 'patch',
      entity: 'accounts',
      record_id: patched.id,
      values: { company: 'Edited offline' },
      base: { company: patched.company },
    },
    {
      op: 'create',
      entity: 'accounts',
      record_id: account,
      values: { type: 'investor', company: 'Born offline', status: 'researching' },
    },
    { op: 'create', entity: 'contacts', record_id: contact, values: { account_id: account, name: 'Child offline' } },
    { op: 'delete', entity: 'accounts', record_id: deleted.id },
  )
  expect(await markOf(first, patched.id)).toBe('pending')
  expect((await first.call('account.detail', { id: account })).contacts).toMatchObject([
    { mark: 'pending', row: { id: contact } },
  ])
  await expect(first.call('record.get', { entity: 'accounts', id: deleted.id })).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(first.call('record.get', { entity: 'contacts', id: String(hiddenChild) })).rejects.toMatchObject({
    code: 'not_found',
  })
  await first.stop()

  const again = await client({ as: 'admin', dataDir: first.dataDir })
  const fed = again.feed()
  expect(await markOf(again, account)).toBe('pending')
  await again.until('fed', () => fed.loaded.size === 4)
  expect(fed.rows.get('accounts')?.get(patched.id)).toBe('pending')
  expect(fed.rows.get('accounts')?.has(deleted.id)).toBe(false)
  expect(fed.rows.get('contacts')?.has(String(hiddenChild))).toBe(false)
  await world.backend.startGateway()
  await again.synced()
  for (const id of edits) expect(await ledgered(id)).toBe(1)
  expect(await markOf(again, account)).toBe(null)
  expect(await again.call('outbox.list', {})).toEqual([])
  await again.until('mark gone in the list', () => fed.rows.get('accounts')?.get(account) === null)
  expect(await again.engine.verify()).toMatchObject({ differences: 0 })
  const { rows } = await world.sql.query('select company from accounts where id = any($1) order by company', [
    [account, patched.id],
  ])
  expect(rows.map(({ company }) => company)).toEqual(['Born offline', 'Edited offline'])
})

test('L-16 first rows: the edits of an earlier run included, before a column is asked for', async () => {
  const before = await openClient({ world, as: 'admin' })
  await before.synced()
  const edited = await someAccount()
  const gone = await someAccount(`a.id <> '${edited.id}'`)
  await world.backend.stopGateway()
  await before.submit(
    {
      op: 'patch',
      entity: 'accounts',
      record_id: edited.id,
      values: { company: '! First of all' },
      base: { company: edited.company },
    },
    { op: 'delete', entity: 'accounts', record_id: gone.id },
  )
  await before.stop()

  const c = await client({ as: 'admin', dataDir: before.dataDir })
  const ask = async (spec: Params<'list.first'>['spec']) =>
    (await c.call('list.first', { spec, today: 20_000, count: 200 }))?.rows ?? []
  const byCompany: Params<'list.first'>['spec'] = { entity: 'accounts', sort: [{ field: 'company', dir: 'asc' }] }
  const accounts = await ask(byCompany)
  expect(accounts[0]).toMatchObject({ id: edited.id, mark: 'pending', values: { company: '! First of all' } })
  expect(accounts.filter(({ id }) => id === gone.id)).toEqual([])
  const hanging = { field: 'account_id', op: 'in' as const, value: [edited.id, gone.id] }
  const contacts = await ask({ entity: 'contacts', where: [hanging] })
  expect(new Set(contacts.map(({ values }) => values['account.company']))).toEqual(new Set(['! First of all']))
  await world.backend.startGateway()
  await c.synced()
  const [first] = await ask(byCompany)
  expect(first).toMatchObject({ id: edited.id, mark: null, values: { company: '! First of all' } })
})

test('W-16 W-19 a conflict keeps the server’s value, names all three, and a resend or discard resolves it', async () => {
  const c = await client({ as: 'admin' })
  await c.synced()
  const [kept, given] = [await someAccount(), await someAccount()]
  await world.backend.stopGateway()
  await world.sql.query(`update accounts set company = 'Theirs' where id = any($1)`, [[kept.id, given.id]])
  for (const { id, company } of [kept, given])
    await c.submit({ op: 'patch', entity: 'accounts', record_id: id, values: { company: 'Mine' }, base: { company } })
  await world.backend.startGateway()
  await c.until('refused', async () => (await c.call('status.get', {})).needsAttention === 2)
  const entries = await c.call('outbox.list', {})
  expect(entries.map(({ refusal }) => refusal?.conflicts)).toEqual([
    [{ field: 'company', base: kept.company, mine: 'Mine', theirs: 'Theirs' }],
    [{ field: 'company', base: given.company, mine: 'Mine', theirs: 'Theirs' }],
  ])
  await c.until(
    'their value',
    async () => (await c.call('record.get', { entity: 'accounts', id: kept.id })).row['company'] === 'Theirs',
  )
  expect(await markOf(c, kept.id)).toBe('refused')
  await c.call('outbox.resend', { id: entries[0]?.edit.id ?? '', values: { company: 'Ours' } })
  await c.call('outbox.discard', { id: entries[1]?.edit.id ?? '' })
  await c.synced()
  expect((await c.call('record.get', { entity: 'accounts', id: kept.id })).row['company']).toBe('Ours')
  expect((await c.call('record.get', { entity: 'accounts', id: given.id })).row['company']).toBe('Theirs')
  expect(await c.engine.verify()).toMatchObject({ differences: 0 })
})

test('W-7 a refused create holds what depends on it, and its resend lets that go', async () => {
  const c = await client({ as: 'admin' })
  await c.synced()
  const taken = world.newId()
  await world.backend.stopGateway()
  await c.submit(
    {
      op: 'create',
      entity: 'accounts',
      record_id: taken,
      values: { type: 'partner', company: 'Held', status: 'prospect' },
    },
    { op: 'create', entity: 'contacts', record_id: world.newId(), values: { account_id: taken, name: 'Waiting' } },
  )
  await world.sql.query(
    `insert into accounts (id, workspace_id, type, company, status) values ($1, $2, 'partner', 'First', 'prospect')`,
    [taken, world.backend.workspaceId],
  )
  await world.backend.startGateway()
  await c.until('refused', async () => (await c.call('status.get', {})).needsAttention === 1)
  const [refused, held] = await c.call('outbox.list', {})
  expect(refused).toMatchObject({ state: 'refused', refusal: { code: 'id_taken' }, blocks: [held?.edit.id] })
  expect(held).toMatchObject({ state: 'queued', attempts: 0 })
  expect((await c.call('outbox.discard', { id: refused?.edit.id ?? '' })).discarded).toHaveLength(2)
  await c.synced()
  expect(await c.engine.verify()).toMatchObject({ differences: 0 })
})

test('W-17 a rep who gives a record away loses it at the acceptance', async () => {
  const c = await client({ as: 'rep' })
  const fed = c.feed()
  await c.synced()
  await c.until('fed', () => fed.loaded.size === 4)
  const { member } = await c.call('session.get', {})
  const mine = await someAccount(`assigned_to = '${member.id}'`)
  const other = (await c.call('members.list', {})).find(({ id }) => id !== member.id)
  expect(fed.rows.get('accounts')?.has(mine.id)).toBe(true)
  await c.submit({
    op: 'patch',
    entity: 'accounts',
    record_id: mine.id,
    values: { assigned_to: other?.id ?? null },
    base: { assigned_to: member.id },
  })
  await c.until('gone', () => fed.rows.get('accounts')?.has(mine.id) === false)
  await c.synced()
  await expect(c.call('record.get', { entity: 'accounts', id: mine.id })).rejects.toMatchObject({ code: 'not_found' })
  expect(await c.engine.verify()).toMatchObject({ differences: 0 })
})

test('W-20 undo cancels what never left and reverses what did, delete included', async () => {
  const c = await client({ as: 'admin' })
  await c.synced()
  const [a, b] = [await someAccount(), await someAccount()]
  const sent = await c.submit({ op: 'delete', entity: 'accounts', record_id: a.id })
  await c.synced()
  expect(await c.call('edits.undo', { ids: sent })).toEqual({ cancelled: 0, reversed: 1 })
  expect(await markOf(c, a.id)).toBe('pending')
  await c.synced()
  expect((await c.call('record.get', { entity: 'accounts', id: a.id })).row['company']).toBe(a.company)
  await world.backend.stopGateway()
  await c.until('offline', async () => (await c.call('status.get', {})).state === 'offline')
  const waiting = await c.submit({
    op: 'create',
    entity: 'accounts',
    record_id: world.newId(),
    values: { type: 'customer', company: 'Never', status: 'lead' },
  })
  const undone = await c.call('edits.undo', { ids: waiting })
  expect(undone.cancelled + undone.reversed).toBe(1)
  await world.backend.startGateway()
  await c.synced()
  expect(await c.engine.verify()).toMatchObject({ differences: 0 })
  expect(b.id).toBeDefined()
})

test('R-5 a 409 reloads beside the rows: no list empties, and the end equals the server', async () => {
  const handles: string[] = []
  const c = await client({
    as: 'admin',
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      const handle = response.headers.get('electric-handle')
      if (String(input).includes('table=accounts') && handle !== null && handles.at(-1) !== handle) handles.push(handle)
      return response
    },
  })
  const fed = c.feed()
  await c.until('fed', () => fed.loaded.size === 4)
  await c.synced()
  const before = handles.at(-1) ?? ''
  const account = await someAccount()
  const { electricUrl, electricSecret } = world.backend
  const dropped = await fetch(`${electricUrl}/v1/shape?handle=${before}&secret=${electricSecret}`, { method: 'DELETE' })
  expect(dropped.status).toBe(202)
  await world.sql.query(`update accounts set city = 'After the reload' where id = $1`, [account.id])
  await c.until(
    'reloaded',
    async () => (await c.call('record.get', { entity: 'accounts', id: account.id })).row['city'] === 'After the reload',
  )
  expect(handles.at(-1)).not.toBe(before)
  expect(fed.rows.get('accounts')?.has(account.id)).toBe(true)
  expect(fed.fewest.get('accounts') ?? 1).toBeGreaterThan(0)
  expect(await c.engine.verify()).toMatchObject({ differences: 0 })
})

test('W-9 W-10 a captive portal is offline, an expired token waits for sign-in; edits wait and then go', async () => {
  let portal = true
  const c = await client({
    as: 'admin',
    token: await world.backend.tokenFor('admin', { expiresIn: '-1h' }),
    fetch: async (input, init) => (portal ? new Response('<html>Sign in</html>', { status: 200 }) : fetch(input, init)),
  })
  await c.until('offline', async () => (await c.call('status.get', {})).state === 'offline')
  const [edit] = await c.submit({
    op: 'create',
    entity: 'accounts',
    record_id: world.newId(),
    values: { type: 'customer', company: 'Through the portal', status: 'lead' },
  })
  portal = false
  await c.until('signed out', async () => (await c.call('status.get', {})).state === 'signed_out')
  await c.until('queued again', async () => (await c.call('outbox.list', {}))[0]?.state === 'queued')
  c.engine.setToken(await world.backend.tokenFor('admin'))
  await c.synced()
  expect(await ledgered(edit ?? '')).toBe(1)
})

test('L-1 a second owner of the same folder is refused', async () => {
  const c = await client({ as: 'admin' })
  await expect(client({ as: 'admin', dataDir: c.dataDir })).rejects.toMatchObject({
    error: { code: 'already_running' },
  })
})

test('L-4 a revoked membership stops the streams and empties the replica; it comes back when it is given back', async () => {
  const c = await client({ as: 'manager' })
  await c.synced()
  const { member } = await c.call('session.get', {})
  const account = await someAccount()
  await world.sql.query('update workspace_members set deleted_at = now(), deleted_by_mutation = $2 where id = $1', [
    member.id,
    world.newId(),
  ])
  c.engine.wake()
  await c.until('no access', async () => (await c.call('status.get', {})).state === 'no_access')
  await c.until(
    'emptied',
    async () => (await c.engine.call('record.get', { entity: 'accounts', id: account.id })).ok === false,
  )
  await world.sql.query('update workspace_members set deleted_at = null, deleted_by_mutation = null where id = $1', [
    member.id,
  ])
  c.engine.wake()
  await c.synced()
  expect(await c.engine.verify()).toMatchObject({ differences: 0 })
})
