import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BUCKETS, canonicalText } from '../../core/model/checksum.ts'
import { kindOf, valueFromPg } from '../../core/model/convert.ts'
import { columnsOf, ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import { checksumsAnswer, historyAnswer, summaryAnswer } from '../../core/protocol/gateway.ts'
import {
  createAccount,
  createChild,
  newId,
  openWorld,
  type Person,
  patch,
  remove,
  type World,
} from '../support/gateway-world.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let world: World

beforeAll(async () => {
  postgres = await withPostgres()
  world = await openWorld(postgres)
})
afterAll(() => postgres.stop())

const get = (person: Person, path: string) => world.request(person.userId, person.workspaceId, path)

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
