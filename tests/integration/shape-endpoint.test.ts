import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { Shape, ShapeStream, type ShapeStreamInterface } from '@electric-sql/client'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startPostgres } from '../../server/embedded/postgres/start.ts'
import { ShapeRegistry } from '../../server/embedded/shape/shape-registry.ts'
import {
  type ShapeEndpoint,
  type StartShapeEndpointOptions,
  startShapeEndpoint,
} from '../../server/embedded/shape/start.ts'
import { type TestDatabase, type TestPostgres, withPostgres } from '../support/postgres.ts'
import { asShapeRows, ShapeFollower } from '../support/shape-follower.ts'
import { openTempRoot } from '../support/temp-root.ts'

/** Patience for what takes milliseconds on an idle machine. */
const SOON = { timeout: 20_000, interval: 2 }

let postgres: TestPostgres
const cleanups: (() => unknown)[] = []
beforeAll(async () => {
  postgres = await withPostgres()
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(async () => {
  await postgres?.stop()
})

async function openDatabase(rows = 20): Promise<TestDatabase> {
  const database = await postgres.createDatabase()
  cleanups.push(() => database.drop())
  await database.query(`create table item (id int primary key, owner text, v text, done boolean default false)`)
  await database.query(`insert into item select n, 'a', 'v' || n from generate_series(1, $1::int) n`, [rows])
  return database
}

function newStorage(): string {
  const storageDir = openTempRoot()
  cleanups.push(() => rmSync(storageDir, { recursive: true, force: true }))
  return storageDir
}

async function serve(
  database: TestDatabase,
  options: Partial<StartShapeEndpointOptions> = {},
): Promise<ShapeEndpoint & { readonly storageDir: string }> {
  const storageDir = options.storageDir ?? newStorage()
  const endpoint = await startShapeEndpoint({ databaseUrl: database.url, liveTimeoutMs: 400, ...options, storageDir })
  cleanups.push(() => endpoint.stop())
  await endpoint.ready()
  return { ...endpoint, storageDir }
}

const follow = (endpoint: { readonly url: string }, query = 'table=item'): ShapeFollower =>
  new ShapeFollower(endpoint.url, query)

/** Follows up to a marker row, then compares with the table. */
async function expectSame(database: TestDatabase, follower: ShapeFollower): Promise<void> {
  await database.query(`insert into item values (0, 'a', 'marker') on conflict (id) do update set v = excluded.v`)
  await follower.until((row) => row['v'] === 'marker')
  expect(follower.sorted).toEqual(asShapeRows(await database.query('select * from item')))
  expect(follower.complaints).toEqual([])
  await database.query(`update item set v = 'passed' where id = 0`)
  await follower.until((row) => row['v'] === 'passed')
}

test('snapshot in chunks, follow-up, live changes in and out of the shape', async () => {
  const database = await openDatabase()
  const endpoint = await serve(database, { chunkBytes: 500 })
  const follower = follow(endpoint, `table=item&where=owner=%27a%27`)
  const first = await follower.step()
  expect(first.headers.get('electric-offset')).toBe('0_0')
  expect(first.headers.has('electric-up-to-date')).toBe(false)
  await follower.untilUpToDate()
  expect(follower.offset).toBe('0_inf')
  expect(follower.rows.size).toBe(20)
  await database.query(`update item set owner = 'b' where id = 1`)
  expect((await follower.step()).messages[0]).toMatchObject({ headers: { operation: 'delete' }, value: { id: '1' } })
  await database.query(`update item set owner = 'a', done = true where id = 1`)
  expect((await follower.step()).messages[0]).toMatchObject({
    headers: { operation: 'insert' },
    value: { id: '1', done: 't', v: 'v1' },
  })
  expect(follower.complaints).toEqual([])
})

test('clients of one definition share its snapshot, however it is written', async () => {
  const database = await openDatabase()
  const endpoint = await serve(database)
  const queries = ['where=owner=%27a%27', 'where=(%22owner%22%20%3D%20%27a%27)', 'where=OWNER%3D%27a%27&columns=']
  const followers = await Promise.all(queries.map((query) => follow(endpoint, `table=item&${query}`).untilUpToDate()))
  expect(new Set(followers.map(({ handle }) => handle)).size).toBe(1)
  expect(readdirSync(path.join(endpoint.storageDir, 'shapes'))).toHaveLength(1)
})

test('handles and offsets survive a restart, with the changes made meanwhile', async () => {
  const database = await openDatabase()
  const before = await serve(database)
  const follower = await follow(before).untilUpToDate()
  await database.query(`update item set v = 'before' where id = 1`)
  await follower.step()
  await before.stop()
  await database.query(`update item set v = 'meanwhile' where id = 2`)
  const after = await serve(database, { storageDir: before.storageDir, port: before.port })
  const { handle } = follower
  await expectSame(database, follower)
  expect(follower.handle).toBe(handle)
  const fresh = await follow(after).untilUpToDate()
  expect(fresh.handle).toBe(handle)
  await expectSame(database, fresh)
})

const CHILD = `
  const { startShapeEndpoint } = await import(${JSON.stringify(path.resolve('server/embedded/shape/start.ts'))})
  const [databaseUrl, storageDir, port] = process.argv.slice(1)
  const endpoint = await startShapeEndpoint({ databaseUrl, storageDir, port: Number(port), liveTimeoutMs: 400 })
  await endpoint.ready()
  console.log(endpoint.port)
`

async function serveInChild(database: TestDatabase, storageDir: string, port: number): Promise<[ChildProcess, number]> {
  const args = ['--input-type=module', '-e', CHILD, database.url, storageDir, String(port)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanups.push(() => child.kill('SIGKILL'))
  const [line] = await once(child.stdout ?? child, 'data')
  return [child, Number(String(line))]
}

test('killed again and again under writers, it loses and repeats nothing', async () => {
  const database = await openDatabase()
  const storageDir = newStorage()
  let [child, port] = await serveInChild(database, storageDir, 0)
  const follower = await follow({ url: `http://127.0.0.1:${port}` }).untilUpToDate()
  const { handle } = follower
  let writing = true
  const writer = (async () => {
    for (let n = 0; writing; n += 1) {
      await database.query(`update item set v = $1 where id = $2`, [`w${n}`, 1 + (n % 20)])
      await database.query(`delete from item where id = $1`, [100 + (n % 7)])
      await database.query(`insert into item values ($1, 'a', 'x')`, [100 + (n % 7)])
    }
  })()
  for (let round = 0; round < 3; round += 1) {
    for (let step = 0; step < 20; step += 1) await follower.step()
    child.kill('SIGKILL')
    await once(child, 'exit')
    ;[child, port] = await serveInChild(database, storageDir, port)
  }
  writing = false
  await writer
  await expectSame(database, follower)
  expect(follower.handle).toBe(handle)
  expect(follower.log.length).toBeGreaterThan(100)
})

test('a log cut short or damaged at its end is completed from the stream', async () => {
  const database = await openDatabase()
  const before = await serve(database)
  const follower = await follow(before).untilUpToDate()
  await database.query(`update item set v = 'kept' where id = 1`)
  await follower.step()
  await before.stop()
  const [handle = ''] = readdirSync(path.join(before.storageDir, 'shapes'))
  appendFileSync(path.join(before.storageDir, 'shapes', handle, 'log-00000000.bin'), Buffer.from('half a frame, torn'))
  await database.query(`update item set v = 'later' where id = 2`)
  await serve(database, { storageDir: before.storageDir, port: before.port })
  await expectSame(database, follower)
  expect(follower.handle).toBe(handle)
})

test('a log at its bound drops the oldest: a client behind it starts again, one near its end does not notice', async () => {
  const database = await openDatabase()
  const endpoint = await serve(database, { maxLogBytes: 300_000 })
  const behind = await follow(endpoint).untilUpToDate()
  const near = await follow(endpoint).untilUpToDate()
  for (let n = 0; n < 40; n += 1) {
    await database.query(`update item set v = repeat($1, 1000) where id <= 10`, [String.fromCharCode(97 + (n % 26))])
    await near.step()
  }
  const dir = path.join(endpoint.storageDir, 'shapes', near.handle)
  const logBytes = readdirSync(dir)
    .filter((file) => file.startsWith('log-'))
    .reduce((sum, file) => sum + statSync(path.join(dir, file)).size, 0)
  expect(logBytes).toBeLessThanOrEqual(300_000)
  expect(readdirSync(dir).filter((file) => file.startsWith('chunk-'))).toEqual([])
  const answer = await behind.step()
  expect(answer.status).toBe(409)
  const next = answer.headers.get('electric-handle')
  expect(next).not.toBe(near.handle)
  const { handle } = near
  await expectSame(database, near)
  expect(near.handle).toBe(handle)
  const fresh = await follow(endpoint).untilUpToDate()
  expect(fresh.handle).toBe(next)
  await expectSame(database, fresh)
  await endpoint.stop()
  await serve(database, { storageDir: endpoint.storageDir, port: endpoint.port, maxLogBytes: 300_000 })
  expect((await near.step()).status).toBe(200)
  expect((await follow(endpoint).untilUpToDate()).handle).toBe(next)
})

test('a transaction larger than the bound sends the waiting client back to the start', async () => {
  const database = await openDatabase(2_000)
  const endpoint = await serve(database, { maxLogBytes: 200_000, liveTimeoutMs: 5_000 })
  const follower = await follow(endpoint).untilUpToDate()
  const waiting = follower.step()
  await expect.poll(() => endpoint.waiting(), SOON).toBe(1)
  await database.query(`update item set v = repeat('x', 1000)`)
  expect((await waiting).status).toBe(409)
  await expectSame(database, await follow(endpoint).untilUpToDate())
})

test.each([
  ['TRUNCATE', ['truncate item', `insert into item values (1, 'a', 'n')`]],
  ['ADD COLUMN', ['alter table item add column extra text', `insert into item values (99, 'a', 'n')`]],
  ['ALTER TYPE', ['alter table item alter column v type varchar(50)', `update item set owner = 'b' where id = 1`]],
  ['lost old rows', ['alter table item replica identity default', `update item set owner = 'b' where id = 1`]],
])('%s ends the shape: 409 without a handle for who waits, with one for who asks', async (_name, statements) => {
  const database = await openDatabase()
  const endpoint = await serve(database, { liveTimeoutMs: 5_000 })
  const follower = await follow(endpoint).untilUpToDate()
  const waiting = follower.step()
  await expect.poll(() => endpoint.waiting(), SOON).toBe(1)
  for (const statement of statements) await database.query(statement)
  const ended = await waiting
  expect([ended.status, ended.headers.get('electric-handle')]).toEqual([409, null])
  const asked = await follower.step()
  expect(asked.status).toBe(409)
  const fresh = await follow(endpoint).untilUpToDate()
  expect(fresh.handle).toBe(asked.headers.get('electric-handle'))
  await expectSame(database, fresh)
})

test('a table changed while the endpoint was down ends its shapes', async () => {
  const database = await openDatabase()
  const before = await serve(database)
  const follower = await follow(before).untilUpToDate()
  await before.stop()
  await database.query('alter table item drop column done')
  const after = await serve(database, { storageDir: before.storageDir, port: before.port })
  await after.checkTables()
  expect((await follower.step()).status).toBe(409)
  await expectSame(database, await follow(after).untilUpToDate())
})

test('a lost replication slot, or another database, ends all shapes', async () => {
  const database = await openDatabase()
  const first = await serve(database)
  const follower = await follow(first).untilUpToDate()
  await first.stop()
  // The walsender of the stopped endpoint may still hold the slot.
  const dropSlot = () =>
    database.query(
      `select pg_drop_replication_slot(slot_name) from pg_replication_slots
       where database = current_database() and not active`,
    )
  await expect.poll(async () => (await dropSlot()).length, SOON).toBe(1)
  await database.query(`update item set v = 'unseen' where id = 1`)
  const second = await serve(database, { storageDir: first.storageDir, port: first.port })
  expect((await follower.step()).status).toBe(409)
  const again = await follow(second).untilUpToDate()
  await expectSame(database, again)
  await second.stop()
  await serve(await openDatabase(), { storageDir: first.storageDir, port: first.port })
  expect((await again.step()).status).toBe(409)
})

test('a connection lost right after a shape was registered leaves none that nobody writes', async () => {
  const database = await openDatabase()
  const endpoint = await serve(database)
  const { add } = ShapeRegistry.prototype
  vi.spyOn(ShapeRegistry.prototype, 'add').mockImplementationOnce(function (this: ShapeRegistry, shape) {
    add.call(this, shape)
    vi.spyOn(pg.Client.prototype, 'query').mockImplementationOnce(() => Promise.reject(new Error('connection lost')))
  })
  cleanups.push(() => vi.restoreAllMocks())
  await expect(follow(endpoint).step()).rejects.toThrow('503')
  await expectSame(database, await follow(endpoint).untilUpToDate())
})

test('shapes beyond the limit push out the least used', async () => {
  const database = await openDatabase()
  const endpoint = await serve(database, { maxShapes: 2 })
  const [first, second, third] = ['a', 'b', 'c'].map((owner) =>
    follow(endpoint, `table=item&where=owner=%27${owner}%27`),
  )
  for (const follower of [first, second, third]) await follower?.untilUpToDate()
  expect((await second?.step())?.status).toBe(200)
  expect((await third?.step())?.status).toBe(200)
  expect((await first?.step())?.status).toBe(409)
})

test('while Postgres is down: 503 for new requests, up-to-date for who waits, then all goes on', async () => {
  await using own = await withPostgres()
  const database = await own.createDatabase()
  await database.query(`create table item (id int primary key, v text); insert into item values (1, 'a')`)
  const endpoint = await serve(database, { liveTimeoutMs: 1_500, connectionWaitMs: 200 })
  const follower = await follow(endpoint).untilUpToDate()
  const waiting = follower.step()
  await expect.poll(() => endpoint.waiting(), SOON).toBe(1)
  process.kill(own.server.pid, 'SIGKILL')
  await expect.poll(() => endpoint.status(), SOON).toBe('starting')
  const response = await fetch(`${endpoint.url}/v1/shape?table=item&offset=-1`)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  expect((await fetch(`${endpoint.url}/v1/health`)).status).toBe(202)
  const answer = await waiting
  expect(answer.status).toBe(200)
  expect(answer.messages.map(({ headers }) => headers['control'])).toEqual(['up-to-date'])
  const { dataDir, port } = own.server
  await using again = await startPostgres({ dataDir, port, durable: false })
  expect(again.port).toBe(port)
  await endpoint.ready()
  await database.query(`update item set v = 'after' where id = 1`)
  await follower.until((row) => row['v'] === 'after')
  expect(follower.complaints).toEqual([])
  await endpoint.stop()
})

test('the official client converges under writers, through truncation and changed columns', async () => {
  const database = await openDatabase(200)
  const endpoint = await serve(database, { liveTimeoutMs: 1_000, chunkBytes: 2_000 })
  const abort = new AbortController()
  cleanups.push(() => abort.abort())
  const streams = ['owner = $1', 'owner = $1 and done = false', 'v is not null'].map((where) => {
    const params = where.includes('$1') ? { params: ['a'] } : {}
    const stream = new ShapeStream<{ id: number; v: string }>({
      url: `${endpoint.url}/v1/shape`,
      params: { table: 'item', where, columns: ['id', 'owner', 'v', 'done'], ...params },
      signal: abort.signal,
      onError: () => ({}),
    })
    // Its own interface isn't written for `exactOptionalPropertyTypes`.
    const shape = new Shape(stream as unknown as ShapeStreamInterface<{ id: number; v: string }>)
    return { shape, where: where.replace('$1', "'a'") }
  })
  const write = async (first: number): Promise<void> => {
    for (let n = 0; n < 120; n += 1) {
      const id = first + ((n * 37) % 60)
      await database.query(`update item set owner = case owner when 'a' then 'b' else 'a' end where id = $1`, [id])
      await database.query(`update item set v = $2, done = not done where id = $1`, [id, `w${n}`])
      if (n % 10 === 0) await database.query(`delete from item where id = $1`, [id])
      if (n % 11 === 0)
        await database.query(`insert into item values ($1, 'a', 'again') on conflict (id) do update set v = 'again'`, [
          id,
        ])
      if (n === 60 && first === 1) await database.query('truncate item')
    }
  }
  await Promise.all([write(1), write(70), write(140)])
  await database.query(`insert into item values (1000, 'a', 'end', false)`)
  for (const { shape, where } of streams) {
    const wanted = await database.query<{ id: number; v: string }>(`select id, v from item where ${where} order by id`)
    const got = () => shape.currentRows.map(({ id, v }) => ({ id, v })).sort((a, b) => a.id - b.id)
    await expect.poll(got, { timeout: 20_000, interval: 50 }).toEqual(wanted)
  }
})
