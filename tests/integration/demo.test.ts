import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCOUNT_STATUSES, choicesOf } from '../../core/model/codes.ts'
import { ENTITIES, ENTITY_NAMES } from '../../core/model/entities.ts'
import { fieldProblem } from '../../core/model/validate.ts'
import { listSpec } from '../../core/query/spec.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { accountRow } from '../../server/demo/accounts.ts'
import { contactRow, meetingRow, noteRow, taskRow } from '../../server/demo/children.ts'
import { importJobRows, savedViewRows } from '../../server/demo/extras.ts'
import { type DemoOptions, loadDemo } from '../../server/demo/load.ts'
import { mainWorkspace } from '../../server/demo/workspace.ts'
import { type TestDatabase, type TestPostgres, withPostgres } from '../support/postgres.ts'
import { openTempRoot } from '../support/temp-root.ts'

const EPOCH_MS = Date.UTC(2026, 5, 15, 9)
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let postgres: TestPostgres
const dir = openTempRoot()

beforeAll(async () => {
  postgres = await withPostgres()
})
afterAll(async () => {
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
})

const load = async (options: Partial<DemoOptions> = {}): Promise<TestDatabase> => {
  const db = await postgres.createDatabase()
  await migrate(db.url)
  await loadDemo({ databaseUrl: db.url, seed: 1, epochMs: EPOCH_MS, ...options })
  return db
}
const digest = async (db: TestDatabase): Promise<string[]> => {
  const rows = await Promise.all(
    ENTITY_NAMES.map((entity) =>
      db.query<{ d: string }>(`select md5(string_agg(t::text, '|' order by id)) as d from ${entity} t`),
    ),
  )
  return rows.map(([row]) => row?.d ?? '')
}
const counts = async (db: TestDatabase, workspaceName: string) => {
  const answer: Record<string, number> = {}
  for (const entity of ['workspace_members', 'accounts', 'contacts', 'tasks', 'meetings', 'notes'] as const) {
    const [row] = await db.query<{ n: number }>(
      `select count(*)::int as n from ${entity} t join workspaces w on w.id = t.workspace_id where w.name = $1`,
      [workspaceName],
    )
    answer[entity] = row?.n ?? 0
  }
  return answer
}

describe('the whole demo', () => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await load()
  })

  test('has the promised rows, and a second workspace of its own', async () => {
    expect(await counts(db, 'Halden & Reyes')).toEqual({
      workspace_members: 40,
      accounts: 50_000,
      contacts: 120_000,
      tasks: 30_000,
      meetings: 20_000,
      notes: 40_000,
    })
    expect(
      await db.query(`select role, count(*)::int as n from workspace_members m join workspaces w on w.id = m.workspace_id
      where w.name = 'Halden & Reyes' group by role order by role`),
    ).toEqual([
      { role: 'admin', n: 2 },
      { role: 'manager', n: 6 },
      { role: 'rep', n: 32 },
    ])
    expect((await counts(db, 'Meridian Labs'))['contacts']).toBeGreaterThan(1_000)
    expect(
      await db.query('select from accounts a join accounts b using (id) where a.workspace_id <> b.workspace_id'),
    ).toEqual([])
  })

  test('keeps every rule that was off while it was loaded', async () => {
    const broken = await db.query<{ name: string }>(
      `
      select 'child without its account' as name where exists (
        select from contacts c left join accounts a on a.id = c.account_id and a.workspace_id = c.workspace_id
        where a.id is null or c.account_assigned_to is distinct from a.assigned_to)
      union all select 'task' where exists (select from tasks c left join accounts a on a.id = c.account_id and a.workspace_id = c.workspace_id
        where a.id is null or c.account_assigned_to is distinct from a.assigned_to)
      union all select 'meeting' where exists (select from meetings c left join accounts a on a.id = c.account_id and a.workspace_id = c.workspace_id
        where a.id is null or c.account_assigned_to is distinct from a.assigned_to or c.ends_at <= c.starts_at)
      union all select 'note' where exists (select from notes c left join accounts a on a.id = c.account_id and a.workspace_id = c.workspace_id
        where a.id is null or c.account_assigned_to is distinct from a.assigned_to or c.created_at < a.created_at)
      union all select 'member of elsewhere' where exists (select from accounts a left join workspace_members m
        on m.id = a.assigned_to and m.workspace_id = a.workspace_id where a.assigned_to is not null and m.id is null)
      union all select 'stamps' where exists (select from accounts where updated_at < created_at or version < 1 or created_at > to_timestamp($1 / 1000.0))`,
      [EPOCH_MS],
    )
    expect(broken).toEqual([])
    // Foreign keys in earnest: re-adding one makes Postgres check every row.
    await db.query(`alter table contacts drop constraint contacts_assigned_to_fkey;
      alter table contacts add constraint contacts_assigned_to_fkey foreign key (workspace_id, assigned_to) references workspace_members (workspace_id, id)`)
  })

  test('looks like the world: accents, other scripts, unequal portfolios, money of every size', async () => {
    const [facts] = await db.query<Record<string, number>>(`select
      count(*) filter (where company ~ '[À-ž]')::int as accents, count(*) filter (where company ~ '[一-龯]')::int as han,
      count(*) filter (where company ~ '[а-яА-Я]')::int as cyrillic, count(distinct country)::int as countries,
      count(distinct company)::int as names, count(*) filter (where assigned_to is null)::int as unassigned,
      (max(deal_value) / min(deal_value))::int as spread from accounts`)
    expect(facts?.['accents']).toBeGreaterThan(3_000)
    expect(facts?.['han']).toBeGreaterThan(2_000)
    expect(facts?.['cyrillic']).toBeGreaterThan(500)
    expect(facts?.['countries']).toBeGreaterThan(10)
    expect(facts?.['names']).toBeGreaterThan(25_000)
    expect(facts?.['unassigned']).toBeGreaterThan(2_000)
    expect(facts?.['spread']).toBeGreaterThan(1_000)
  })
})

test('the same seed and epoch give the same rows, another seed others', async () => {
  const [first, again, other] = await Promise.all([
    load({ accounts: 60 }),
    load({ accounts: 60 }),
    load({ accounts: 60, seed: 2 }),
  ])
  const [a, b, c] = await Promise.all([first, again, other].map(digest))
  expect(a).toEqual(b)
  for (const [index, entity] of ENTITY_NAMES.entries()) expect([entity, a?.[index]]).not.toEqual([entity, c?.[index]])
})

test('every row is one that a client could have made', () => {
  const workspace = mainWorkspace(5, EPOCH_MS)
  const parents = { count: 300, known: null }
  const rows = Array.from({ length: 300 }, (_, index) => ({
    accounts: accountRow(workspace, index),
    contacts: contactRow(workspace, index, parents),
    tasks: taskRow(workspace, index, parents),
    meetings: meetingRow(workspace, index, parents),
    notes: noteRow(workspace, index, parents),
  }))
  const extras = { saved_views: savedViewRows(workspace), import_jobs: importJobRows(workspace) }
  const all = [
    ...rows.flatMap((made) => Object.entries(made)),
    ...Object.entries(extras).flatMap(([entity, made]) => made.map((row) => [entity, row] as const)),
  ]
  for (const [name, row] of all) {
    const entity = ENTITY_NAMES.find((known) => known === name)
    if (!entity) throw new Error(name)
    expect(row.id).toMatch(UUID_V7)
    for (const [column, field] of Object.entries(ENTITIES[entity].fields)) {
      expect([column, fieldProblem(field, row[column])]).toEqual([column, null])
      const codes = choicesOf(entity, column, row['type'] as string).map(({ code }) => code)
      if (codes.length > 0 && row[column] !== null) expect(codes).toContain(row[column])
    }
  }
  expect(Object.keys(ACCOUNT_STATUSES).sort()).toEqual(
    [...new Set(rows.map(({ accounts }) => String(accounts['type'])))].sort(),
  )
  for (const { spec } of savedViewRows(workspace).map((row) => ({ spec: String(row['spec']) })))
    expect(listSpec.parse(JSON.parse(spec))).toEqual(JSON.parse(spec))
})

test('sizes keep the demo’s proportions', async () => {
  const db = await load({ accounts: 10 })
  expect(await counts(db, 'Halden & Reyes')).toMatchObject({
    accounts: 10,
    contacts: 24,
    tasks: 6,
    meetings: 4,
    notes: 8,
  })
  expect(await counts(db, 'Meridian Labs')).toMatchObject({ accounts: 10 })
})

test('companies come from a file, one account a row', async () => {
  const file = path.join(dir, 'companies.csv')
  writeFileSync(
    file,
    '\ufeffCIK,Company Name,Ticker,City\r\n1,"Émile, ""Fils"" & Co",EFC,Nîmes\r\n2,Ωmega,,\r\n3,,X,Y\r\n\r\n4,Plain,PLN,\r\n',
  )
  const db = await load({ companiesFile: file })
  const rows = await db.query(
    `select company, external_id, city, opportunity from accounts a join workspaces w on w.id = a.workspace_id
     where w.name = 'Halden & Reyes' order by external_id`,
  )
  expect(rows).toEqual([
    { company: 'Émile, "Fils" & Co', external_id: '1', city: 'Nîmes', opportunity: 'Ticker: EFC' },
    { company: 'Ωmega', external_id: '2', city: null, opportunity: rows[1]?.['opportunity'] ?? null },
    { company: 'Plain', external_id: '4', city: null, opportunity: 'Ticker: PLN' },
  ])
  writeFileSync(file, 'a;b\n1;2\n')
  await expect(load({ companiesFile: file })).rejects.toThrow(/no column of company names \(its columns: a, b\)/)
})

test('loads into an empty database only, and whole or not at all', async () => {
  const db = await load({ accounts: 10 })
  await expect(loadDemo({ databaseUrl: db.url, seed: 1, epochMs: EPOCH_MS, accounts: 10 })).rejects.toThrow(
    /already holds a workspace/,
  )
  const cut = await postgres.createDatabase()
  await migrate(cut.url)
  await cut.query('alter table notes add constraint never check (body is null)')
  await expect(loadDemo({ databaseUrl: cut.url, seed: 1, epochMs: EPOCH_MS, accounts: 10 })).rejects.toThrow(/never/)
  expect(await cut.query('select from workspaces')).toEqual([])
})
