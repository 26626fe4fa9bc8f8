import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENTITY_NAMES } from '../../core/model/entities.ts'
import { createAccount, newId, type World } from '../support/gateway-world.ts'
import { type Matrix, type MatrixRecord, openMatrix, PEOPLE } from '../support/matrix-world.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let matrix: Matrix
let world: World
const recordOf = (name: string): MatrixRecord => matrix.recordOf(name)

beforeAll(async () => {
  postgres = await withPostgres()
  matrix = await openMatrix(postgres)
  world = matrix.world
})
afterAll(() => postgres.stop())

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

  test.each(PEOPLE)('shows %s the living matrix.records of the shapes, whatever is asked', async (who) => {
    const { workspaceId, userId } = world[who]
    for (const entity of ENTITY_NAMES) {
      const rows = await as({ workspace: workspaceId, user: userId }, (run) =>
        run(`select id from ${entity} where deleted_at is null`),
      )
      const ids = rows.map(({ id }) => String(id))
      for (const { entity: kind, id, seenBy } of matrix.records.values()) {
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
