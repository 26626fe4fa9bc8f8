import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { ELECTRIC_PROTOCOL_QUERY_PARAMS } from '@electric-sql/client'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BUCKETS, canonicalText } from '../../core/model/checksum.ts'
import { kindOf, valueFromPg } from '../../core/model/convert.ts'
import { columnsOf, ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import { checksumsAnswer, historyAnswer, MAX_BATCH_EDITS, summaryAnswer } from '../../core/protocol/gateway.ts'
import { createGateway } from '../../server/gateway/create.ts'
import { optionsFromEnvironment } from '../../server/gateway/environment.ts'
import { FORWARDED_PARAMS } from '../../server/gateway/shape.ts'
import { startGateway } from '../../server/gateway/start.ts'
import { type FakeElectric, startFakeElectric } from '../support/fake-electric.ts'
import {
  createAccount,
  createChild,
  JWT_SECRET,
  newId,
  openWorld,
  type Person,
  patch,
  remove,
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

describe('shapes', () => {
  const asked = async (person: Person, query: string) => {
    await get(person, `/shape?${query}`)
    return Object.fromEntries(electric.asked.at(-1)?.url.searchParams ?? [])
  }

  test('are pinned to the workspace and the member, whatever the client asks', async () => {
    const pinned = await asked(
      world.manager,
      'table=accounts&offset=-1&where=1%3D1&columns=id&params%5B1%5D=x&secret=guess&replica=full&source=other&log=full',
    )
    expect(pinned).toEqual({
      offset: '-1',
      table: 'accounts',
      columns: columnsOf('accounts')
        .map((column) => `"${column}"`)
        .join(','),
      where: 'workspace_id = $1 and deleted_at is null',
      'params[1]': world.alpha,
      secret: 'electric secret',
    })
  })

  test.each<[EntityName, string]>([
    ['accounts', 'workspace_id = $1 and deleted_at is null and assigned_to = $2'],
    ['contacts', 'workspace_id = $1 and deleted_at is null and account_assigned_to = $2'],
    ['notes', 'workspace_id = $1 and deleted_at is null and account_assigned_to = $2'],
    ['saved_views', 'workspace_id = $1 and deleted_at is null and (owner = $2 or shared = true)'],
    ['import_jobs', 'workspace_id = $1 and deleted_at is null and created_by = $2'],
  ])('of %s hold a rep’s shard only', async (table, where) => {
    expect(await asked(world.rep, `table=${table}&offset=-1`)).toMatchObject({
      where,
      'params[1]': world.alpha,
      'params[2]': world.rep.memberId,
    })
  })

  test('of the workspace and its members are the same for everybody', async () => {
    expect(await asked(world.rep, 'table=workspaces&offset=-1')).toMatchObject({
      where: 'id = $1 and deleted_at is null',
    })
    expect(await asked(world.rep, 'table=workspace_members&offset=-1')).not.toHaveProperty('params[2]')
  })

  test('pass every parameter of Electric’s protocol on, or refuse it', async () => {
    for (const name of ELECTRIC_PROTOCOL_QUERY_PARAMS) {
      const value = name === 'log' ? 'changes_only' : 'true'
      const answer = await get(world.rep, `/shape?table=accounts&${name}=${value}`)
      const forwarded = (FORWARDED_PARAMS as readonly string[]).includes(name)
      expect([name, answer.status]).toEqual([name, forwarded ? 200 : 400])
      if (forwarded) expect(electric.asked.at(-1)?.url.searchParams.get(name)).toBe(value)
    }
  })

  test('come with Electric’s headers, and may not be kept by shared caches', async () => {
    electric.answer = (_request, response) => {
      response.writeHead(200, {
        'cache-control': 'public, max-age=604800',
        'content-type': 'application/json',
        'electric-handle': 'h-1',
        'electric-offset': '0_0',
        etag: '"h-1:-1:0_0"',
        'set-cookie': 'a=b',
        'x-request-id': '7',
      })
      response.end('[]')
    }
    const { headers } = await get(world.rep, '/shape?table=accounts&offset=-1')
    expect(Object.fromEntries(headers)).toEqual({
      'cache-control': 'private, no-cache',
      'content-type': 'application/json',
      'electric-handle': 'h-1',
      'electric-offset': '0_0',
      etag: '"h-1:-1:0_0"',
      'outpost-protocol': '1',
      vary: 'authorization',
    })
  })

  test('keep 304, 400 and 409 as Electric says them', async () => {
    for (const status of [304, 400, 409]) {
      electric.answer = (_request, response) => response.writeHead(status, { 'electric-handle': 'new' }).end()
      const answer = await get(world.rep, '/shape?table=accounts&offset=0_0&handle=h', {
        headers: { 'if-none-match': '"e"' },
      })
      expect([answer.status, answer.headers.get('electric-handle')]).toEqual([status, 'new'])
      expect(electric.asked.at(-1)?.headers['if-none-match']).toBe('"e"')
    }
  })

  test('turn what is between gateway and Electric into the gateway’s own errors', async () => {
    const answered = async (status: number, headers = {}) => {
      electric.answer = (_request, response) => response.writeHead(status, headers).end('{"message":"secret stuff"}')
      const answer = await get(world.rep, '/shape?table=accounts&offset=-1')
      return [answer.status, answer.headers.get('retry-after')]
    }
    expect(await answered(401)).toEqual([500, null])
    expect(await answered(503, { 'retry-after': '7' })).toEqual([503, '7'])
    expect(await answered(429)).toEqual([503, '2'])
    const nobody = await openWorld(postgres)
    expect((await nobody.request(nobody.rep.userId, nobody.alpha, '/shape?table=accounts&offset=-1')).status).toBe(503)
    await nobody.close()
  })

  test('stream through, and end at Electric when the client leaves', async () => {
    const gateway = await startGateway({
      databaseUrl: world.db.url,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
    })
    const closed = new Promise<void>((resolve) => {
      electric.answer = (request, response) => {
        response.writeHead(200, { 'electric-handle': 'h' })
        response.write('[1,')
        request.socket.once('close', () => resolve())
      }
    })
    const leaving = new AbortController()
    const answer = await fetch(
      `${gateway.url}/v1/workspaces/${world.alpha}/shape?table=accounts&offset=0_0&live=true`,
      {
        headers: { authorization: `Bearer ${await world.token(world.rep.userId)}` },
        signal: leaving.signal,
      },
    )
    const reader = answer.body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('[1,')
    leaving.abort()
    await closed
    await gateway.stop()
  })

  test('break off for the client where they break off for the gateway', async () => {
    const gateway = await startGateway({
      databaseUrl: world.db.url,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
    })
    electric.answer = (request, response) => {
      response.writeHead(200, { 'electric-handle': 'h' })
      response.write('[{"value":1}]', () => request.socket.destroy())
    }
    const answer = await fetch(`${gateway.url}/v1/workspaces/${world.alpha}/shape?table=accounts&offset=-1`, {
      headers: { authorization: `Bearer ${await world.token(world.rep.userId)}` },
    })
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow()
    await gateway.stop()
  })

  test('end at Electric when the client leaves before any answer', async () => {
    const gateway = await startGateway({
      databaseUrl: world.db.url,
      electricUrl: electric.url,
      jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
    })
    const polling = Promise.withResolvers<void>()
    const closed = new Promise<void>((resolve) => {
      electric.answer = (request) => {
        request.socket.once('close', () => resolve())
        polling.resolve()
      }
    })
    const leaving = new AbortController()
    const poll = fetch(`${gateway.url}/v1/workspaces/${world.alpha}/shape?table=accounts&offset=0_0&live=true`, {
      headers: { authorization: `Bearer ${await world.token(world.rep.userId)}` },
      signal: leaving.signal,
    })
    await polling.promise
    leaving.abort()
    await expect(poll).rejects.toThrow()
    await closed
    await gateway.stop()
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

describe('summary, checksums and history', () => {
  beforeAll(async () => {
    const mine = createAccount({ assigned_to: world.rep.memberId, deal_value: -12_345, next_action_date: '1000-01-01' })
    const theirs = createAccount({ assigned_to: world.otherRep.memberId, opportunity: 'a\u001fb\\N\nü😀' })
    const gone = createAccount()
    const children = (['contacts', 'tasks', 'meetings', 'notes'] as const).flatMap((entity) => [
      createChild(entity, mine.record_id),
      createChild(entity, theirs.record_id),
    ])
    await world.send(world.manager, [mine, theirs, gone, ...children, remove('accounts', gone.record_id, 1)])
    for (const [index, owner] of [world.rep, world.manager].entries())
      await world.send(owner, [
        {
          id: newId(),
          op: 'create',
          entity: 'saved_views',
          record_id: newId(),
          values: { name: 'View', entity: 'accounts', spec: '{}', shared: index, owner: owner.memberId },
        },
      ])
  })

  /** The rows that a member should hold, by what the product promises, not by the gateway's own where clauses. */
  const expectedRows = async (entity: EntityName, person: Person): Promise<Row[]> => {
    const columns = columnsOf(entity).map((column) => `"${column}"::text`)
    const rows = await world.db.query<Record<string, string | null>>(
      `select ${columns.join(', ')}, to_jsonb(t) ->> 'workspace_id' as ws, deleted_at is null as alive, to_jsonb(t) as whole from ${entity} t`,
    )
    return rows
      .filter((row) => {
        const whole = row['whole'] as unknown as Record<string, unknown>
        if (!row['alive'] || (entity === 'workspaces' ? whole['id'] : row['ws']) !== person.workspaceId) return false
        if (entity === 'saved_views') return whole['shared'] === true || whole['owner'] === person.memberId
        if (person.role !== 'rep') return true
        if (entity === 'accounts') return whole['assigned_to'] === person.memberId
        if (entity === 'import_jobs') return whole['created_by'] === person.memberId
        return !('account_assigned_to' in whole) || whole['account_assigned_to'] === person.memberId
      })
      .map((row) => {
        const entries = columnsOf(entity).map((column) => [
          column,
          valueFromPg(kindOf(entity, column), row[column] ?? null),
        ])
        return Object.fromEntries(entries) as Row
      })
  }
  const hashOf = (entity: EntityName, row: Row): number =>
    Number.parseInt(createHash('md5').update(canonicalText(entity, row)).digest('hex').slice(0, 12), 16)
  const bucketOf = (id: string): number => createHash('md5').update(id).digest()[0] ?? 0

  test.each(['admin', 'manager', 'rep', 'otherRep', 'betaAdmin'] as const)(
    'count what a member’s shapes hold: %s',
    async (who) => {
      const person = world[who]
      const summary = summaryAnswer.parse(await (await get(person, '/summary')).json())
      expect(summary.member).toMatchObject({ id: person.memberId, role: person.role })
      expect(summary.workspace.id).toBe(person.workspaceId)
      for (const entity of ENTITY_NAMES)
        expect([entity, summary.counts[entity]]).toEqual([entity, (await expectedRows(entity, person)).length])
    },
  )

  test.each(ENTITY_NAMES)('hash %s as the client does', async (entity) => {
    for (const person of [world.manager, world.rep]) {
      const rows = await expectedRows(entity, person)
      const all = Array.from({ length: BUCKETS }, (_, bucket) => bucket).join(',')
      const answer = checksumsAnswer.parse(
        await (await get(person, `/checksums?entity=${entity}&buckets=${all}`)).json(),
      )
      const sums = new Map<number, { count: number; sum: bigint }>()
      for (const row of rows) {
        const { count, sum } = sums.get(bucketOf(row.id)) ?? { count: 0, sum: 0n }
        sums.set(bucketOf(row.id), { count: count + 1, sum: sum + BigInt(hashOf(entity, row)) })
      }
      const expected = [...sums]
        .sort(([a], [b]) => a - b)
        .map(([bucket, { count, sum }]) => ({ bucket, count, sum: String(sum) }))
      expect(answer.buckets).toEqual(expected)
      const hashes = rows.map((row) => ({ id: row.id, hash: hashOf(entity, row), version: row.version }))
      expect(answer.rows).toEqual(hashes.sort((a, b) => (a.id < b.id ? -1 : 1)))
    }
  })

  test('answer rows of the buckets asked for only', async () => {
    const { buckets } = checksumsAnswer.parse(await (await get(world.manager, '/checksums?entity=contacts')).json())
    const [first] = buckets
    const asked = await get(world.manager, `/checksums?entity=contacts&buckets=${first?.bucket}`)
    const { rows } = checksumsAnswer.parse(await asked.json())
    expect(rows?.map(({ id }) => bucketOf(id))).toEqual(Array.from({ length: first?.count ?? 0 }, () => first?.bucket))
    for (const bad of ['256', '-1', 'x', '1,', ''])
      expect((await get(world.manager, `/checksums?entity=contacts&buckets=${bad}`)).status).toBe(400)
  })

  test('tell a record’s history newest first, to who sees the record', async () => {
    const account = createAccount({ assigned_to: world.rep.memberId })
    const change = patch('accounts', account.record_id, {}, { city: 'Ulm' })
    await world.send(world.manager, [account, change])
    const history = async (person: Person) =>
      historyAnswer.parse(await (await get(person, `/history?entity=accounts&id=${account.record_id}`)).json()).entries
    const [newest, oldest, ...rest] = await history(world.rep)
    expect(rest).toEqual([])
    expect(newest).toMatchObject({
      mutation_id: change.id,
      action: 'patch',
      member_id: world.manager.memberId,
      changes: [{ field: 'city', from: null, to: 'Ulm' }],
    })
    expect(Math.abs((newest?.at ?? 0) - Date.now())).toBeLessThan(60_000)
    expect(oldest).toMatchObject({ mutation_id: account.id, action: 'create' })
    expect(await history(world.otherRep)).toEqual([])
    expect(await history(world.betaAdmin)).toEqual([])
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
