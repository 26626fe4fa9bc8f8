import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENTITY_NAMES } from '../../core/model/entities.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import type { Verdict } from '../../core/protocol/gateway.ts'
import { type ShapeEndpoint, startShapeEndpoint } from '../../server/embedded/shape/start.ts'
import { type Gateway, startGateway } from '../../server/gateway/start.ts'
import { drainShape } from '../support/drain-shape.ts'
import { createAccount, JWT_SECRET, patch, remove, signToken, type World } from '../support/gateway-world.ts'
import { type Matrix, type MatrixRecord, openMatrix, outcome, PEOPLE, type Who } from '../support/matrix-world.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'
import { openTempRoot } from '../support/temp-root.ts'

let endpoint: ShapeEndpoint
let gateway: Gateway
const storage = openTempRoot()
let postgres: TestPostgres
let matrix: Matrix
let world: World
const recordOf = (name: string): MatrixRecord => matrix.recordOf(name)
const one = (who: Who, edit: Edit): Promise<Verdict> => matrix.one(who, edit)

beforeAll(async () => {
  postgres = await withPostgres()
  matrix = await openMatrix(postgres)
  world = matrix.world
  endpoint = await startShapeEndpoint({ databaseUrl: world.db.url, storageDir: path.join(storage, 'shapes') })
  gateway = await startGateway({
    databaseUrl: world.db.url,
    electricUrl: endpoint.url,
    jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
  })
})
afterAll(async () => {
  await gateway.stop()
  await endpoint.stop()
  await postgres.stop()
  rmSync(storage, { recursive: true, force: true })
})

describe('shapes', () => {
  const shapeOf = async (who: Who, workspace: string, query: string) => {
    const headers = { authorization: `Bearer ${await signToken(world[who].userId)}` }
    return { url: `${gateway.url}/v1/workspaces/${workspace}/shape?${query}`, headers }
  }

  test.each(PEOPLE)('hold what %s may see and nothing else', async (who) => {
    for (const entity of ENTITY_NAMES) {
      const { url, headers } = await shapeOf(who, world[who].workspaceId, `table=${entity}`)
      const { rows } = await drainShape(url, headers)
      expect([entity, [...rows.keys()].sort()]).toEqual([entity, matrix.seen(who, entity)])
    }
  })

  test('are closed to members of another workspace', async () => {
    for (const entity of ENTITY_NAMES) {
      const { url, headers } = await shapeOf('betaAdmin', world.alpha, `table=${entity}&offset=-1`)
      expect((await fetch(url, { headers })).status).toBe(403)
    }
  })

  test('cannot be widened by what a client asks', async () => {
    const tries = [
      `table=accounts&where=${encodeURIComponent(`workspace_id = '${world.alpha}'`)}`,
      `table=accounts&where=1%3D1&params[1]=${world.alpha}`,
      `table=accounts&params[1]=${world.alpha}&params[2]=${world.rep.memberId}`,
      `table=accounts&table=users`,
      `table=accounts&columns=workspace_id`,
    ]
    for (const query of tries) {
      const { url, headers } = await shapeOf('betaRep', world.beta, query)
      const { rows } = await drainShape(url, headers)
      expect([query, [...rows.keys()].sort()]).toEqual([query, matrix.seen('betaRep', 'accounts')])
      expect(Object.keys([...rows.values()][0] ?? {})).not.toContain('workspace_id')
    }
    for (const table of [
      'users',
      'mutations',
      'audit_log',
      'public.accounts',
      'app.accounts',
      'pg_authid',
      '',
      'accounts"',
    ]) {
      const { url, headers } = await shapeOf('admin', world.alpha, `table=${encodeURIComponent(table)}&offset=-1`)
      expect([table, (await fetch(url, { headers })).status]).toEqual([table, 400])
    }
  })

  test('do not open by somebody else’s handle', async () => {
    const theirs = await shapeOf('admin', world.alpha, 'table=accounts')
    const { handle, offset } = await drainShape(theirs.url, theirs.headers)
    for (const who of ['betaAdmin', 'rep'] as const) {
      for (const at of ['0_0', offset]) {
        const mine = await shapeOf(who, world[who].workspaceId, `table=accounts&handle=${handle}&offset=${at}`)
        const answer = await fetch(mine.url, { headers: mine.headers })
        expect([who, answer.status]).toEqual([who, 409])
        expect(await answer.text()).not.toContain(recordOf('account of otherRep').id)
      }
    }
  })

  test('tell a live reader nothing of what it may not see', async () => {
    const { url, headers } = await shapeOf('otherRep', world.alpha, 'table=accounts')
    const before = await drainShape(url, headers)
    const account = recordOf('account of rep').id
    expect(outcome(await one('manager', patch('accounts', account, {}, { city: 'secret' })))).toBe('accepted')
    expect(outcome(await one('betaAdmin', createAccount({ company: 'secret' })))).toBe('accepted')
    const marker = createAccount({ assigned_to: world.otherRep.memberId })
    expect(outcome(await one('manager', marker))).toBe('accepted')
    const live = `${url}&live=true&offset=${before.offset}&handle=${before.handle}`
    const text = await (await fetch(live, { headers })).text()
    expect(text).toContain(marker.record_id)
    expect(text).not.toContain('secret')
    expect(text).not.toContain(account)
    expect(outcome(await one('manager', remove('accounts', marker.record_id, 1)))).toBe('accepted')
  })
})
