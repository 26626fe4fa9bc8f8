import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isoDay } from '../../core/model/convert.ts'
import { compareTexts } from '../../core/query/compare.ts'
import { answerOf, cliTarget, runCliProcess } from '../support/cli-process.ts'
import { openSyncWorld, type SyncWorld } from '../support/sync-client.ts'

const ACCOUNTS = 2_000
const COUNT = 10_000
/** The demo's days lie around the day on which it is made. */
const DAY = isoDay(Math.floor(Date.now() / 86_400_000) + 10)

interface Answer {
  readonly total: number
  readonly facets: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly ids: readonly string[]
}

/** A list as the CLI is asked for it, and the same in Postgres' words. */
interface Asked {
  readonly entity: 'accounts' | 'contacts' | 'tasks'
  readonly spec: Readonly<Record<string, unknown>>
  readonly where: string
  /** For each facet the rows that it counts: `where` without the filter by itself. */
  readonly facets: Readonly<Record<string, string>>
  /** An ORDER BY, or the text column that rows are sorted by in the product's text order. */
  readonly order: { readonly sql: string } | { readonly text: string }
}

/** Text folded as searches fold it, in Postgres' words: NFKD without marks, lower case. */
const folded = (column: string): string =>
  `lower(regexp_replace(normalize(${column}, NFKD), '[\\u0300-\\u036f]', '', 'g'))`
const holds = (word: string): string =>
  `(position('${word}' in ${folded('t.company')}) > 0 or exists (select from contacts c where c.account_id = t.id
    and c.deleted_at is null and (position('${word}' in ${folded('c.name')}) > 0
      or position('${word}' in coalesce(${folded('c.email')}, '')) > 0)))`
const NEGOTIATING = `a.type = 'customer' and a.status = 'negotiation'`

const LISTS: Readonly<Record<string, Asked>> = {
  'every account by company': {
    entity: 'accounts',
    spec: { sort: [{ field: 'company', dir: 'asc' }], facets: ['type', 'status', 'priority'] },
    where: 'true',
    facets: { type: 'true', status: 'true', priority: 'true' },
    order: { text: 'company' },
  },
  'three fields, newest first': {
    entity: 'accounts',
    spec: {
      where: [
        { field: 'type', op: 'eq', value: 'customer' },
        { field: 'status', op: 'in', value: ['won', 'lead'] },
        { field: 'priority', op: 'ne', value: 'low' },
      ],
      sort: [{ field: 'created_at', dir: 'desc' }],
      facets: ['type', 'status', 'priority'],
    },
    where: `t.type = 'customer' and t.status in ('won', 'lead') and t.priority is distinct from 'low'`,
    facets: {
      type: `t.status in ('won', 'lead') and t.priority is distinct from 'low'`,
      status: `t.type = 'customer' and t.priority is distinct from 'low'`,
      priority: `t.type = 'customer' and t.status in ('won', 'lead')`,
    },
    order: { sql: 't.created_at desc nulls last' },
  },
  'days and money with nulls': {
    entity: 'accounts',
    spec: {
      where: [
        {
          or: [
            { field: 'deal_value', op: 'between', value: [100_000, 9_000_000] },
            { field: 'check_size', op: 'gt', value: 0 },
          ],
        },
        { field: 'next_action_date', op: 'lt', value: DAY },
      ],
      sort: [
        { field: 'next_action_date', dir: 'asc' },
        { field: 'deal_value', dir: 'desc' },
      ],
      facets: ['assigned_to'],
    },
    where: `(t.deal_value between 100000 and 9000000 or t.check_size > 0) and t.next_action_date < '${DAY}'`,
    facets: {
      assigned_to: `(t.deal_value between 100000 and 9000000 or t.check_size > 0) and t.next_action_date < '${DAY}'`,
    },
    order: { sql: 't.next_action_date asc nulls last, t.deal_value desc nulls last' },
  },
  'two words, each in the company or in a contact': {
    entity: 'accounts',
    spec: { search: 'an son', sort: [{ field: 'updated_at', dir: 'desc' }], facets: ['type'] },
    where: `${holds('an')} and ${holds('son')}`,
    facets: { type: `${holds('an')} and ${holds('son')}` },
    order: { sql: 't.updated_at desc nulls last' },
  },
  'contacts of customers in negotiation by name': {
    entity: 'contacts',
    spec: {
      where: [
        { field: 'account.type', op: 'eq', value: 'customer' },
        { field: 'account.status', op: 'eq', value: 'negotiation' },
      ],
      sort: [{ field: 'name', dir: 'asc' }],
      facets: ['assigned_to'],
    },
    where: NEGOTIATING,
    facets: { assigned_to: NEGOTIATING },
    order: { text: 'name' },
  },
  'open tasks by due day': {
    entity: 'tasks',
    spec: {
      where: [{ field: 'status', op: 'in', value: ['open', 'doing'] }],
      sort: [{ field: 'due_date', dir: 'desc' }],
      facets: ['status', 'assigned_to'],
    },
    where: `t.status in ('open', 'doing')`,
    facets: { status: 'true', assigned_to: `t.status in ('open', 'doing')` },
    order: { sql: 't.due_date desc nulls last' },
  },
}

let world: SyncWorld
let root: string
let data: string[]

beforeAll(async () => {
  world = await openSyncWorld(ACCOUNTS)
  root = mkdtempSync(path.join(tmpdir(), 'outpost-cli-query-'))
  const { args, env } = await cliTarget(world, root)
  data = args.slice(-2)
  answerOf(await runCliProcess(['sync', '--once', ...args], { env }))
})
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await world.stop()
})

const fromPostgres = async ({ entity, where, facets, order }: Asked): Promise<Answer> => {
  const from = `from ${entity} t ${entity === 'accounts' ? '' : 'join accounts a on a.id = t.account_id'}
    where t.workspace_id = '${world.backend.workspaceId}' and t.deleted_at is null`
  const column = 'text' in order ? `t.${order.text}` : 'null'
  const sorted = `${'sql' in order ? `${order.sql}, ` : ''}t.id`
  const { rows } = await world.sql.query<{ id: string; text: string }>(
    `select t.id, ${column} as text ${from} and ${where} order by ${sorted}`,
  )
  // Postgres has no collation of the product's order; the sort is stable, so ids break ties.
  if ('text' in order) rows.sort((a, b) => compareTexts(a.text, b.text))
  const counted: Record<string, Record<string, number>> = {}
  for (const [name, counts] of Object.entries(facets)) {
    const found = await world.sql.query<{ v: string | null; n: number }>(
      `select t.${name} as v, count(*)::int as n ${from} and ${counts} group by 1`,
    )
    counted[name] = Object.fromEntries(found.rows.map(({ v, n }) => [v ?? '', n]))
  }
  return { total: rows.length, facets: counted, ids: rows.map(({ id }) => id) }
}

test.each(Object.entries(LISTS))('query agrees with SQL on Postgres: %s', async (_name, asked) => {
  const file = path.join(root, 'spec.json')
  writeFileSync(file, JSON.stringify({ entity: asked.entity, ...asked.spec, count: COUNT }))
  const { total, facets, ids } = answerOf<Answer>(await runCliProcess(['query', ...data, '--spec', file]))
  const wanted = await fromPostgres(asked)
  expect(wanted.total).toBeGreaterThan(0)
  expect({ total, facets, ids }).toEqual(wanted)
})
