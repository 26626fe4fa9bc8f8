import { ELECTRIC_PROTOCOL_QUERY_PARAMS } from '@electric-sql/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { columnsOf, type EntityName } from '../../core/model/entities.ts'
import { FORWARDED_PARAMS } from '../../server/gateway/shape.ts'
import { startGateway } from '../../server/gateway/start.ts'
import { type FakeElectric, startFakeElectric } from '../support/fake-electric.ts'
import { JWT_SECRET, openWorld, type Person, type World } from '../support/gateway-world.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'

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
