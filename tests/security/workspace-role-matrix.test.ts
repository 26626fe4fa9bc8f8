import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { exportJWK, exportSPKI, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import { checksumsAnswer, summaryAnswer, type Verdict } from '../../core/protocol/gateway.ts'
import { type ShapeEndpoint, startShapeEndpoint } from '../../server/embedded/shape/start.ts'
import { createGateway } from '../../server/gateway/create.ts'
import { type Gateway, startGateway } from '../../server/gateway/start.ts'
import { drainShape } from '../support/drain-shape.ts'
import {
  createAccount,
  createChild,
  JWT_SECRET,
  newId,
  openWorld,
  type Person,
  patch,
  remove,
  restore,
  signToken,
  type World,
} from '../support/gateway-world.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'
import { openTempRoot } from '../support/temp-root.ts'

const PEOPLE = ['admin', 'manager', 'rep', 'otherRep', 'betaAdmin', 'betaRep'] as const
type Who = (typeof PEOPLE)[number]

let postgres: TestPostgres
let world: World
let endpoint: ShapeEndpoint
let gateway: Gateway
const storage = openTempRoot()

/** Every record of the world by a name; `seenBy` is what the product promises, written out. */
const records = new Map<string, { entity: EntityName; id: string; seenBy: readonly Who[] }>()
const ALPHA: readonly Who[] = ['admin', 'manager', 'rep', 'otherRep']
const BETA: readonly Who[] = ['betaAdmin', 'betaRep']

const add = async (person: Person, name: string, edit: Extract<Edit, { op: 'create' }>, seenBy: readonly Who[]) => {
  const [verdict] = await world.send(person, [edit])
  expect(verdict, name).toMatchObject({ status: 'accepted' })
  records.set(name, { entity: edit.entity, id: edit.record_id, seenBy })
  return edit.record_id
}
const view = (owner: Person, shared: 0 | 1): Extract<Edit, { op: 'create' }> => ({
  id: newId(),
  op: 'create',
  entity: 'saved_views',
  record_id: newId(),
  values: { name: 'View', entity: 'accounts', spec: '{}', shared, owner: owner.memberId },
})
const importJob = (by: Person): Extract<Edit, { op: 'create' }> => ({
  id: newId(),
  op: 'create',
  entity: 'import_jobs',
  record_id: newId(),
  values: {
    file_name: 'a.csv',
    entity: 'accounts',
    state: 'done',
    total_rows: 1,
    created_rows: 1,
    rejected_rows: 0,
    group_id: newId(),
    created_by: by.memberId,
  },
})

beforeAll(async () => {
  postgres = await withPostgres()
  world = await openWorld(postgres)
  const { admin, manager, rep, otherRep, betaAdmin, betaRep } = world
  for (const [name, owner, by, seenBy] of [
    ['of rep', rep, rep, ['admin', 'manager', 'rep']],
    ['of otherRep', otherRep, manager, ['admin', 'manager', 'otherRep']],
    ['of nobody', null, admin, ['admin', 'manager']],
    ['of betaRep', betaRep, betaAdmin, BETA],
    ['of betaAdmin', betaAdmin, betaAdmin, ['betaAdmin']],
  ] as const) {
    const account = await add(by, `account ${name}`, createAccount({ assigned_to: owner?.memberId ?? null }), seenBy)
    for (const entity of ['contacts', 'tasks', 'meetings', 'notes'] as const)
      await add(by, `${entity} ${name}`, createChild(entity, account), seenBy)
    const gone = createAccount({ assigned_to: owner?.memberId ?? null })
    await world.send(by, [gone, remove('accounts', gone.record_id, 1)])
  }
  for (const who of ['manager', 'rep', 'betaRep'] as const) {
    await add(world[who], `view of ${who}`, view(world[who], 0), [who])
    await add(world[who], `shared view of ${who}`, view(world[who], 1), who === 'betaRep' ? BETA : ALPHA)
    await add(
      world[who],
      `import of ${who}`,
      importJob(world[who]),
      {
        manager: ['admin', 'manager'] as const,
        rep: ['admin', 'manager', 'rep'] as const,
        betaRep: BETA,
      }[who],
    )
  }
  for (const who of PEOPLE)
    records.set(`member ${who}`, {
      entity: 'workspace_members',
      id: world[who].memberId,
      seenBy: BETA.includes(who) ? BETA : ALPHA,
    })
  records.set('alpha', { entity: 'workspaces', id: world.alpha, seenBy: ALPHA })
  records.set('beta', { entity: 'workspaces', id: world.beta, seenBy: BETA })

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

const recordOf = (name: string) => {
  const record = records.get(name)
  if (!record) throw new Error(`no record ${name}`)
  return record
}
const seen = (who: Who, entity: EntityName): string[] =>
  [...records.values()]
    .filter((record) => record.entity === entity && record.seenBy.includes(who))
    .map(({ id }) => id)
    .sort()
const one = async (who: Who, edit: Edit): Promise<Verdict> => {
  const [verdict] = await world.send(world[who], [edit])
  if (!verdict) throw new Error('no verdict')
  return verdict
}
const outcome = (verdict: Verdict): string => (verdict.status === 'refused' ? verdict.code : verdict.status)

describe('shapes', () => {
  const shapeOf = async (who: Who, workspace: string, query: string) => {
    const headers = { authorization: `Bearer ${await signToken(world[who].userId)}` }
    return { url: `${gateway.url}/v1/workspaces/${workspace}/shape?${query}`, headers }
  }

  test.each(PEOPLE)('hold what %s may see and nothing else', async (who) => {
    for (const entity of ENTITY_NAMES) {
      const { url, headers } = await shapeOf(who, world[who].workspaceId, `table=${entity}`)
      const { rows } = await drainShape(url, headers)
      expect([entity, [...rows.keys()].sort()]).toEqual([entity, seen(who, entity)])
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
      expect([query, [...rows.keys()].sort()]).toEqual([query, seen('betaRep', 'accounts')])
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

describe('edits', () => {
  const P = 'accepted'
  /** What happens to a patch of each record, by who sends it: within the workspace somebody else's record is told from none. */
  const PATCHES: readonly [record: string, field: string, Partial<Record<Who, string>>][] = [
    ['account of rep', 'city', { admin: P, manager: P, rep: P, otherRep: 'forbidden' }],
    ['account of otherRep', 'city', { admin: P, manager: P, rep: 'forbidden', otherRep: P }],
    ['account of nobody', 'city', { admin: P, manager: P, rep: 'forbidden', otherRep: 'forbidden' }],
    ['contacts of rep', 'name', { admin: P, manager: P, rep: P, otherRep: 'forbidden' }],
    ['tasks of otherRep', 'title', { admin: P, manager: P, rep: 'forbidden', otherRep: P }],
    ['meetings of nobody', 'subject', { admin: P, manager: P, rep: 'forbidden', otherRep: 'forbidden' }],
    ['notes of rep', 'body', { admin: P, manager: P, rep: P, otherRep: 'forbidden' }],
    ['view of rep', 'name', { admin: 'forbidden', manager: 'forbidden', rep: P, otherRep: 'forbidden' }],
    ['shared view of rep', 'name', { admin: P, manager: P, rep: P, otherRep: 'forbidden' }],
    ['shared view of manager', 'name', { admin: P, manager: P, rep: 'forbidden', otherRep: 'forbidden' }],
    ['import of rep', 'state', { admin: P, manager: P, rep: P, otherRep: 'forbidden' }],
    ['import of manager', 'state', { admin: P, manager: P, rep: 'forbidden', otherRep: 'forbidden' }],
    ['member rep', 'role', { admin: 'forbidden', manager: 'forbidden', rep: 'forbidden', otherRep: 'forbidden' }],
    ['alpha', 'name', { admin: 'forbidden', manager: 'forbidden', rep: 'forbidden', otherRep: 'forbidden' }],
  ]

  test.each(PATCHES)('of %s', async (name, field, expected) => {
    const { entity, id } = recordOf(name)
    for (const who of ALPHA) {
      const verdict = await one(who, patch(entity, id, {}, { [field]: `by ${who}` }))
      expect([who, outcome(verdict)]).toEqual([who, expected[who]])
    }
  })

  test('reach no record of another workspace, and cannot tell it from none', async () => {
    const anonymous = (verdict: Verdict) => JSON.stringify({ ...verdict, id: '' })
    for (const [name, { entity, id }] of records) {
      if (!recordOf(name).seenBy.every((who) => ALPHA.includes(who))) continue
      const before = await world.db.query(`select * from ${entity} where id = $1`, [id])
      const edits = (record: string): Edit[] => [
        patch(entity, record, {}, entity === 'accounts' ? { city: 'x' } : { name: 'x' }),
        patch(entity, record, { name: 'guess' }, { name: 'x' }),
        remove(entity, record, 0),
        remove(entity, record, 1_000_000),
        restore(entity, record, newId()),
      ]
      const onTheirs = await world.send(world.betaAdmin, edits(id))
      const onNothing = await world.send(world.betaAdmin, edits(newId()))
      expect(onTheirs.map(anonymous)).toEqual(onNothing.map(anonymous))
      expect(onTheirs.map(({ status }) => status)).not.toContain('accepted')
      expect(await world.db.query(`select * from ${entity} where id = $1`, [id])).toEqual(before)
    }
  })

  test('name no record of another workspace either', async () => {
    const account = recordOf('account of betaRep').id
    const mine = recordOf('account of rep').id
    const contact = recordOf('contacts of rep').id
    const theirs = createChild('notes', account)
    const none = createChild('notes', newId())
    expect({ ...(await one('admin', theirs)), id: '' }).toEqual({ ...(await one('admin', none)), id: '' })
    expect(outcome(await one('admin', patch('contacts', contact, {}, { account_id: account })))).toBe('not_found')
    expect(outcome(await one('admin', patch('accounts', mine, {}, { assigned_to: world.betaRep.memberId })))).toBe(
      'invalid_input',
    )
    expect(outcome(await one('admin', createAccount({ assigned_to: world.betaRep.memberId })))).toBe('invalid_input')
    expect(outcome(await one('admin', createChild('contacts', mine, { assigned_to: world.betaRep.memberId })))).toBe(
      'invalid_input',
    )
  })

  test('say only "taken" about an id that another workspace holds', async () => {
    const { id } = recordOf('account of betaRep')
    expect(await one('admin', createAccount({}, id))).toMatchObject({ code: 'id_taken', version: null, conflicts: [] })
  })

  test('sent before by another workspace are refused without their answer', async () => {
    const edit = createAccount({ company: 'Top secret' })
    expect(outcome(await one('betaAdmin', edit))).toBe('accepted')
    const stolen = await one('admin', edit)
    expect(stolen).toMatchObject({ status: 'refused', code: 'id_reused', version: null, conflicts: [] })
    expect(JSON.stringify(stolen)).not.toContain('secret')
    // A user of both workspaces is no exception.
    await world.db.query(
      `insert into workspace_members (id, workspace_id, user_id, role, display_name, email) values ($1, $2, $3, 'admin', 'Both', 'x')`,
      [newId(), world.alpha, world.betaRep.userId],
    )
    const again = createAccount()
    expect(outcome(await one('betaRep', again))).toBe('accepted')
    const both = { ...world.betaRep, workspaceId: world.alpha }
    expect(await world.send(both, [again])).toMatchObject([{ code: 'id_reused' }])
    await world.db.query('delete from workspace_members where workspace_id = $1 and user_id = $2', [
      world.alpha,
      world.betaRep.userId,
    ])
  })

  test('let a rep give an account away, after which it is out of reach', async () => {
    const account = createAccount({ assigned_to: world.rep.memberId })
    const note = createChild('notes', account.record_id)
    expect((await world.send(world.rep, [account, note])).map(outcome)).toEqual(['accepted', 'accepted'])
    const away = await one(
      'rep',
      patch('accounts', account.record_id, {}, { assigned_to: world.otherRep.memberId, city: 'Ulm' }),
    )
    expect(away).toMatchObject({ status: 'accepted', version: 2, in_shard: false })
    expect(outcome(await one('rep', patch('accounts', account.record_id, {}, { city: 'x' })))).toBe('forbidden')
    expect(outcome(await one('rep', patch('notes', note.record_id, {}, { body: 'x' })))).toBe('forbidden')
    expect(outcome(await one('otherRep', patch('notes', note.record_id, {}, { body: 'x' })))).toBe('accepted')
    const forColleague = createAccount({ assigned_to: world.otherRep.memberId })
    expect(await one('rep', forColleague)).toMatchObject({ status: 'accepted', in_shard: false })
    expect(outcome(await one('rep', createChild('notes', forColleague.record_id)))).toBe('forbidden')
    for (const id of [account.record_id, forColleague.record_id])
      expect(outcome(await one('manager', remove('accounts', id, 1_000)))).toBe('accepted')
  })

  test('keep a rep from drawing records in', async () => {
    const mine = recordOf('account of rep').id
    const theirs = recordOf('account of otherRep').id
    expect(outcome(await one('rep', patch('accounts', theirs, {}, { assigned_to: world.rep.memberId })))).toBe(
      'forbidden',
    )
    expect(
      outcome(await one('rep', patch('contacts', recordOf('contacts of otherRep').id, {}, { account_id: mine }))),
    ).toBe('forbidden')
    expect(
      outcome(await one('rep', patch('contacts', recordOf('contacts of rep').id, {}, { account_id: theirs }))),
    ).toBe('forbidden')
    expect(outcome(await one('rep', remove('accounts', theirs, 1_000)))).toBe('forbidden')
  })

  test('keep views and imports with their makers; managers may stop sharing', async () => {
    expect(outcome(await one('rep', view(world.manager, 1)))).toBe('forbidden')
    expect(outcome(await one('admin', importJob(world.rep)))).toBe('forbidden')
    const shared = recordOf('shared view of rep')
    expect(outcome(await one('manager', patch('saved_views', shared.id, {}, { owner: world.manager.memberId })))).toBe(
      'forbidden',
    )
    expect(await one('manager', patch('saved_views', shared.id, {}, { shared: 0 }))).toMatchObject({
      status: 'accepted',
      in_shard: false,
    })
    expect(outcome(await one('manager', patch('saved_views', shared.id, {}, { name: 'x' })))).toBe('forbidden')
    expect(await one('rep', patch('saved_views', shared.id, {}, { shared: 1 }))).toMatchObject({
      status: 'accepted',
      in_shard: true,
    })
  })
})

describe('summary, checksums and history', () => {
  const get = async (who: Who, route: string) => {
    const answer = await world.request(world[who].userId, world[who].workspaceId, route)
    expect(answer.status).toBe(200)
    return answer.json()
  }

  test.each(PEOPLE)('count and list for %s the same rows as the shapes', async (who) => {
    const { counts } = summaryAnswer.parse(await get(who, '/summary'))
    const all = Array.from({ length: 256 }, (_, bucket) => bucket).join(',')
    for (const entity of ENTITY_NAMES) {
      const { rows } = checksumsAnswer.parse(await get(who, `/checksums?entity=${entity}&buckets=${all}`))
      const visible = (rows ?? []).map(({ id }) => id).sort()
      expect(visible).toHaveLength(counts[entity])
      for (const { entity: kind, id, seenBy } of records.values())
        if (kind === entity) expect([id, visible.includes(id)]).toEqual([id, seenBy.includes(who)])
    }
  })

  test('do not move when the other workspace does', async () => {
    const read = async () => [await get('betaAdmin', '/summary'), await get('betaAdmin', '/checksums?entity=accounts')]
    const before = await read()
    const account = createAccount()
    await world.send(world.manager, [account, remove('accounts', account.record_id, 1)])
    expect(await read()).toEqual(before)
  })

  test('tell a history to those only who see the record', async () => {
    for (const { entity, id, seenBy } of records.values()) {
      if (entity === 'workspaces' || entity === 'workspace_members') continue
      for (const who of PEOPLE) {
        const { entries } = await get(who, `/history?entity=${entity}&id=${id}`)
        expect([entity, id, who, entries.length > 0]).toEqual([entity, id, who, seenBy.includes(who)])
      }
    }
  })
})

describe('SQL as the app’s role', () => {
  const TABLES = [...ENTITY_NAMES, 'audit_log'] as const

  /** Runs statements as a gateway would that forgot everything but its role and these settings; nothing is kept. */
  const as = async <T>(
    settings: { workspace?: string; user?: string },
    work: (run: (sql: string, values?: unknown[]) => Promise<Record<string, unknown>[]>) => Promise<T>,
  ): Promise<T> => {
    const client = await world.db.pool.connect()
    try {
      await client.query('begin; set local role outpost_app')
      if (settings.workspace !== undefined)
        await client.query(`select set_config('app.workspace_id', $1, true)`, [settings.workspace])
      if (settings.user !== undefined) await client.query(`select set_config('app.user_id', $1, true)`, [settings.user])
      return await work(async (sql, values) => (await client.query(sql, values)).rows)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }

  test('shows nothing without settings, to strangers, and to members of another workspace', async () => {
    for (const settings of [
      {},
      { workspace: world.alpha },
      { user: world.admin.userId },
      { workspace: world.alpha, user: 'nobody' },
      { workspace: world.alpha, user: world.betaAdmin.userId },
      { workspace: newId(), user: world.admin.userId },
      { workspace: '', user: '' },
    ])
      for (const table of TABLES)
        expect([settings, table, await as(settings, (run) => run(`select * from ${table}`))]).toEqual([
          settings,
          table,
          [],
        ])
  })

  test('shows nothing any more once the membership ended', async () => {
    const client = await world.db.pool.connect()
    try {
      await client.query('begin')
      await client.query('update workspace_members set deleted_at = now(), deleted_by_mutation = id where id = $1', [
        world.rep.memberId,
      ])
      await client.query('set local role outpost_app')
      await client.query(`select set_config('app.workspace_id', $1, true), set_config('app.user_id', $2, true)`, [
        world.alpha,
        world.rep.userId,
      ])
      for (const table of TABLES) expect((await client.query(`select from ${table}`)).rowCount).toBe(0)
    } finally {
      await client.query('rollback')
      client.release()
    }
  })

  test.each(PEOPLE)('shows %s the living records of the shapes, whatever is asked', async (who) => {
    const { workspaceId, userId } = world[who]
    for (const entity of ENTITY_NAMES) {
      const rows = await as({ workspace: workspaceId, user: userId }, (run) =>
        run(`select id from ${entity} where deleted_at is null`),
      )
      const ids = rows.map(({ id }) => String(id))
      for (const { entity: kind, id, seenBy } of records.values()) {
        if (kind === entity) expect([kind, id, ids.includes(id)]).toEqual([kind, id, seenBy.includes(who)])
      }
      const foreign = await world.db.query<{ id: string }>(
        `select id from ${entity} where ${entity === 'workspaces' ? 'id' : 'workspace_id'} <> $1`,
        [workspaceId],
      )
      expect(ids.filter((id) => foreign.some((row) => row.id === id))).toEqual([])
    }
  })

  test('never reaches users, the ledger, or owner’s work', async () => {
    for (const sql of [
      'select * from users',
      'select * from mutations',
      'insert into audit_log (workspace_id, entity, record_id, action, version, changes) select gen_random_uuid(), 1, gen_random_uuid(), 1, 1, $${}$$',
      'delete from accounts',
      'truncate accounts',
      'update accounts set version = 1',
      'update accounts set workspace_id = gen_random_uuid()',
      'update contacts set account_assigned_to = null',
      `update workspace_members set role = 'admin'`,
      `insert into workspace_members (id) values (gen_random_uuid())`,
      'alter table accounts disable row level security',
      'create table x (id int)',
      'create function app.x() returns int language sql as $$ select 1 $$',
      'set session_replication_role = replica',
      'drop policy shard on accounts',
    ])
      await expect(
        as({ workspace: world.alpha, user: world.admin.userId }, (run) => run(sql)),
        sql,
      ).rejects.toThrow(/permission denied|must be owner/)
  })

  test('writes nothing outside the member’s reach', async () => {
    const theirs = recordOf('account of otherRep').id
    const foreign = recordOf('account of betaRep').id
    const mine = { workspace: world.alpha, user: world.rep.userId }
    for (const id of [theirs, foreign]) {
      expect(await as(mine, (run) => run(`update accounts set city = 'x' where id = $1 returning id`, [id]))).toEqual(
        [],
      )
      await expect(
        as(mine, (run) =>
          run(
            `select app.accounts_put_outside(a) from accounts a where id = $1 union all
        select app.accounts_put_outside(jsonb_populate_record(null::accounts, $2))`,
            [id, JSON.stringify({ id, company: 'x', type: 'x', status: 'x' })],
          ),
        ),
      ).rejects.toThrow(/belongs to somebody else/)
    }
    await expect(
      as(mine, (run) =>
        run(`insert into accounts (id, workspace_id, type, company, status) values ($1, $2, 'x', 'x', 'x')`, [
          newId(),
          world.beta,
        ]),
      ),
    ).rejects.toThrow(/row-level security/)
    for (const account of [theirs, foreign])
      await expect(
        as(mine, (run) =>
          run(`insert into notes (id, workspace_id, account_id, body) values ($1, $2, $3, 'x')`, [
            newId(),
            world.alpha,
            account,
          ]),
        ),
      ).rejects.toThrow(/row-level security/)
    await expect(
      as(mine, (run) =>
        run(
          `insert into saved_views (id, workspace_id, name, entity, spec, owner) values ($1, $2, 'x', 'x', 'x', $3)`,
          [newId(), world.alpha, world.manager.memberId],
        ),
      ),
    ).rejects.toThrow(/row-level security/)
    await expect(
      as(mine, (run) =>
        run('update accounts set assigned_to = $1 where id = $2', [
          world.betaRep.memberId,
          recordOf('account of rep').id,
        ]),
      ),
    ).rejects.toThrow(/row-level security|foreign key/)
  })

  test('applies no edit of a workspace that the user is not in', async () => {
    for (const user of ['nobody', world.betaAdmin.userId])
      await expect(
        as({}, (run) =>
          run('select apply_mutations($1, $2, $3, $4)', [
            world.alpha,
            user,
            randomUUID(),
            JSON.stringify([createAccount()]),
          ]),
        ),
      ).rejects.toThrow(/not a member/)
  })
})

describe('tokens', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const status = async (token: string, keys?: Parameters<typeof createGateway>[0]['jwt']['keys']) => {
    const app = createGateway({
      pool: world.db.pool,
      electricUrl: endpoint.url,
      jwt: { keys: keys ?? { kind: 'secret', secret: JWT_SECRET } },
    })
    const headers = { authorization: `Bearer ${token}` }
    return (await app.fetch(new Request(`http://g/v1/workspaces/${world.alpha}/summary`, { headers }))).status
  }
  const sign = (alg: string, key: Parameters<SignJWT['sign']>[0], claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg }).sign(key)
  const soon = () => Math.floor(Date.now() / 1000) + 600
  const secret = new TextEncoder().encode(JWT_SECRET)

  test('that are forged, altered, expired, incomplete or unsigned open nothing', async () => {
    const good = await signToken(world.admin.userId)
    expect(await status(good)).toBe(200)
    const [head, , signature] = good.split('.')
    const payload = Buffer.from(JSON.stringify({ sub: world.manager.userId, exp: soon() })).toString('base64url')
    const claims = { sub: world.admin.userId, exp: soon() }
    const bad: Record<string, string> = {
      'another key': await sign('HS256', new TextEncoder().encode('another secret that is long enough!'), claims),
      'another payload': `${head}.${payload}.${signature}`,
      'no signature': `${good.split('.').slice(0, 2).join('.')}.`,
      'alg none': new UnsecuredJWT(claims).encode(),
      'alg NONE by hand': `${Buffer.from('{"alg":"NONE"}').toString('base64url')}.${payload}.`,
      'another algorithm': await sign('HS512', new TextEncoder().encode(JWT_SECRET.repeat(2)), claims),
      'a public-key algorithm': await sign('RS256', privateKey, claims),
      expired: await sign('HS256', secret, { ...claims, exp: soon() - 1200 }),
      'not yet valid': await sign('HS256', secret, { ...claims, nbf: soon() }),
      'no expiry': await sign('HS256', secret, { sub: world.admin.userId }),
      'no subject': await sign('HS256', secret, { exp: soon() }),
      'empty subject': await sign('HS256', secret, { sub: '', exp: soon() }),
      'a subject that is no text': await sign('HS256', secret, { sub: 7, exp: soon() } as never),
      'a NUL in the subject': await sign('HS256', secret, { sub: `${world.admin.userId}\u0000`, exp: soon() }),
      nothing: '',
      noise: 'a.b.c',
    }
    for (const [name, token] of Object.entries(bad)) expect([name, await status(token)]).toEqual([name, 401])
    expect(await status(await signToken('stranger'))).toBe(403)
    expect(await status(await signToken(`x' or '1'='1`))).toBe(403)
  })

  test('cannot pass a public key off as a shared secret', async () => {
    const keys = { kind: 'jwks', jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] } } as const
    const claims = { sub: world.admin.userId, exp: soon() }
    expect(await status(await sign('RS256', privateKey, claims), keys)).toBe(200)
    const pem = await exportSPKI(publicKey)
    const body = [{ alg: 'HS256' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const confused = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`
    expect(await status(confused, keys)).toBe(401)
    expect(await status(new UnsecuredJWT(claims).encode(), keys)).toBe(401)
    expect(await status(await signToken(world.admin.userId), keys)).toBe(401)
  })
})
