import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MAX_BATCH_EDITS } from '../../core/protocol/gateway.ts'
import { createGateway } from '../../server/gateway/create.ts'
import { optionsFromEnvironment } from '../../server/gateway/environment.ts'
import { startGateway } from '../../server/gateway/start.ts'
import { type FakeElectric, startFakeElectric } from '../support/fake-electric.ts'
import {
  createAccount,
  JWT_SECRET,
  newId,
  openWorld,
  type Person,
  patch,
  type World,
} from '../support/gateway-world.ts'
import { openPool, type TestPostgres, withPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let electric: FakeElectric
let world: World

beforeAll(async () => {
  postgres = await withPostgres()
  electric = await startFakeElectric()
  world = await openWorld(postgres, { electricUrl: electric.url, electricSecret: 'electric secret' })
})
afterAll(async () => {
  await electric.stop()
  await postgres.stop()
})
beforeEach(() => {
  electric.asked.length = 0
  electric.answer = (_request, response) => response.end('[]')
})

const get = (person: Person, path: string, init?: RequestInit) =>
  world.request(person.userId, person.workspaceId, path, init)
const errorOf = async (response: Response) => [response.status, (await response.json()).error.code]

describe('every request', () => {
  test('is answered with the protocol header, errors too', async () => {
    const answers = await Promise.all([
      get(world.rep, '/summary'),
      get(world.rep, '/nowhere'),
      get(world.rep, '/shape?table=nope&offset=-1'),
      get(world.rep, '/shape?table=accounts&offset=-1'),
      get(world.betaRep, '/mutations', { method: 'POST', body: '{' }),
      world.request(world.rep.userId, world.beta, '/summary'),
      world.request(world.rep.userId, world.alpha, '/summary', { headers: { authorization: 'Bearer x' } }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 400, 200, 400, 403, 401])
    for (const answer of answers) expect(answer.headers.get('outpost-protocol')).toBe('1')
  })

  test('of another protocol version is told to update', async () => {
    const answer = await get(world.rep, '/summary', { headers: { 'outpost-protocol': '2' } })
    expect(await errorOf(answer)).toEqual([426, 'update_needed'])
    expect((await get(world.rep, '/summary', { headers: { 'outpost-protocol': '1' } })).status).toBe(200)
  })

  test('needs a workspace that exists', async () => {
    for (const workspace of [newId(), 'x', '%00'])
      expect(await errorOf(await world.request(world.rep.userId, workspace, '/summary'))).toEqual([403, 'no_access'])
  })

  test('ends with the membership, not with the token', async () => {
    const gone = await openWorld(postgres)
    const token = await gone.token(gone.rep.userId)
    const ask = () =>
      gone.request(gone.rep.userId, gone.alpha, '/summary', { headers: { authorization: `Bearer ${token}` } })
    expect((await ask()).status).toBe(200)
    await gone.db.query('update workspace_members set deleted_at = now(), deleted_by_mutation = $1 where id = $2', [
      newId(),
      gone.rep.memberId,
    ])
    expect((await ask()).status).toBe(403)
    await gone.close()
  })
})

describe('tokens', () => {
  test('expire by the gateway’s clock', async () => {
    const expiresAt = Math.floor(Date.now() / 1000) + 60
    const token = await world.token(world.rep.userId, { expiresAt })
    let now = expiresAt * 1000
    const gateway = createGateway({
      pool: world.db.pool,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
      now: () => now,
    })
    const ask = () =>
      gateway.fetch(
        new Request(`http://g/v1/workspaces/${world.alpha}/summary`, { headers: { authorization: `Bearer ${token}` } }),
      )
    expect((await ask()).status).toBe(200)
    now += 6_000
    expect((await ask()).status).toBe(401)
  })

  test('are checked with public keys, issuer and audience', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const gateway = createGateway({
      pool: world.db.pool,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'jwks', jwks: { keys: [await exportJWK(publicKey)] } }, issuer: 'us', audience: 'outpost' },
    })
    const status = async (issuer: string, audience: string) => {
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'ES256' })
        .setSubject(world.rep.userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime('1m')
        .sign(privateKey)
      const headers = { authorization: `Bearer ${token}` }
      return (await gateway.fetch(new Request(`http://g/v1/workspaces/${world.alpha}/summary`, { headers }))).status
    }
    expect([await status('us', 'outpost'), await status('them', 'outpost'), await status('us', 'else')]).toEqual([
      200, 401, 401,
    ])
  })

  test('wait when the key server cannot be asked', async () => {
    const gateway = createGateway({
      pool: world.db.pool,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'jwks-url', url: new URL('http://127.0.0.1:1/keys') } },
    })
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setSubject('x')
      .setExpirationTime('1m')
      .sign(privateKey)
    const headers = { authorization: `Bearer ${token}` }
    const answer = await gateway.fetch(new Request(`http://g/v1/workspaces/${world.alpha}/summary`, { headers }))
    expect(await errorOf(answer)).toEqual([503, 'server_busy'])
  })
})

describe('mutations', () => {
  const post = (body: unknown) =>
    get(world.manager, '/mutations', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })

  test('are refused whole when they are no batch', async () => {
    const edit = createAccount()
    for (const body of [
      '',
      '{}',
      { client_id: 'x', edits: [edit] },
      { client_id: randomUUID(), edits: [] },
      { client_id: randomUUID(), edits: [{ ...edit, refuse: { code: 'conflict', message: 'x' } }] },
      { client_id: randomUUID(), edits: [{ ...edit, entity: 'users' }] },
      { client_id: randomUUID(), edits: Array.from({ length: MAX_BATCH_EDITS + 1 }, () => createAccount()) },
    ])
      expect(await errorOf(await post(body))).toEqual([400, 'invalid_request'])
    expect(await world.db.query('select from accounts where id = $1', [edit.record_id])).toEqual([])
  })

  test('larger than 1 MB are to be halved', async () => {
    const edits = Array.from({ length: 12 }, () => createAccount({ opportunity: 'x'.repeat(90_000) }))
    expect(await errorOf(await post({ client_id: randomUUID(), edits }))).toEqual([413, 'batch_too_large'])
  })

  test('wait while Postgres is away, and go through once it is back', async () => {
    const pool = openPool('postgres://nobody@127.0.0.1:1/none')
    const log: string[] = []
    const gateway = createGateway({
      pool,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
      log: ({ event }) => log.push(event),
    })
    const headers = { authorization: `Bearer ${await world.token(world.rep.userId)}` }
    const answer = await gateway.fetch(new Request(`http://g/v1/workspaces/${world.alpha}/summary`, { headers }))
    expect(await errorOf(answer)).toEqual([503, 'server_busy'])
    expect(log).toEqual(['server_busy'])
    await pool.end()
  })

  test('cut off by Postgres in mid-transaction decide nothing', async () => {
    const account = createAccount()
    await world.send(world.manager, [account])
    const blocker = await world.db.pool.connect()
    await blocker.query('begin')
    await blocker.query('select from accounts where id = $1 for update', [account.record_id])
    const change = patch('accounts', account.record_id, {}, { city: 'x' })
    const answer = post({ client_id: randomUUID(), edits: [change] })
    for (let cut = 0; cut === 0; ) {
      // Not on the blocker's connection: inside a transaction the view would never change.
      const killed = await world.db.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where wait_event_type = 'Lock' and datname = current_database() and query like '%apply_mutations%'`,
      )
      cut = killed.length
    }
    expect(await errorOf(await answer)).toEqual([503, 'server_busy'])
    await blocker.query('rollback')
    blocker.release()
    expect(await world.send(world.manager, [change])).toMatchObject([{ status: 'accepted', duplicate: false }])
  })
})

describe('the production start', () => {
  const valid = { DATABASE_URL: 'postgres://x', ELECTRIC_URL: 'http://e:3000', JWT_SECRET: 'x'.repeat(32) }

  test('names every setting that is missing or wrong', () => {
    expect(() => optionsFromEnvironment({})).toThrow(/DATABASE_URL: is not set\nELECTRIC_URL/)
    expect(() => optionsFromEnvironment({ ...valid, PORT: '99999' })).toThrow(/PORT/)
    expect(() => optionsFromEnvironment({ ...valid, JWT_SECRET: 'short' })).toThrow(/JWT_SECRET: must have at least 32/)
    expect(() => optionsFromEnvironment({ ...valid, JWT_SECRET: '' })).toThrow(/exactly one/)
    expect(() => optionsFromEnvironment({ ...valid, JWT_JWKS_URL: 'https://k' })).toThrow(/exactly one/)
    expect(optionsFromEnvironment({ ...valid, ELECTRIC_SECRET: 's', JWT_ISSUER: '' })).toMatchObject({
      electricSecret: 's',
      port: 4810,
      jwt: { keys: { kind: 'secret' } },
    })
  })

  test('says so when its port is taken', async () => {
    const options = {
      databaseUrl: world.db.url,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
    } as const
    const first = await startGateway(options)
    await expect(startGateway({ ...options, port: first.port })).rejects.toThrow(/EADDRINUSE/)
    await first.stop()
    await (await startGateway({ ...options, port: first.port })).stop()
  })

  test('serves with a login that was granted outpost_app and nothing else', async () => {
    await world.db.query(`create role gateway_login login password 'x'; grant outpost_app to gateway_login`)
    const url = new URL(world.db.url)
    url.username = 'gateway_login'
    url.password = 'x'
    const gateway = await startGateway({
      databaseUrl: url.href,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
    })
    const base = `${gateway.url}/v1/workspaces/${world.alpha}`
    const headers = { authorization: `Bearer ${await world.token(world.manager.userId)}` }
    expect((await fetch(`${base}/summary`, { headers })).status).toBe(200)
    const body = JSON.stringify({ client_id: randomUUID(), edits: [createAccount()] })
    const answer = await fetch(`${base}/mutations`, { method: 'POST', headers, body })
    expect(await answer.json()).toMatchObject({ results: [{ status: 'accepted' }] })
    await gateway.stop()
    await world.db.query('drop role gateway_login')
  })
})
