import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Edit } from '../../core/protocol/edit.ts'
import type { Verdict } from '../../core/protocol/gateway.ts'
import { createAccount, createChild, openWorld, patch, remove, restore, type World } from '../support/gateway-world.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let world: World

beforeAll(async () => {
  postgres = await withPostgres()
  world = await openWorld(postgres)
})
afterAll(() => postgres.stop())

const COLLEAGUE = randomUUID()

type Accepted = Extract<Verdict, { status: 'accepted' }>
type Refused = Extract<Verdict, { status: 'refused' }>

const accepted = (verdict: Verdict | undefined): Accepted => {
  if (verdict?.status !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(verdict)}`)
  return verdict
}
const refused = (verdict: Verdict | undefined): Refused => {
  if (verdict?.status !== 'refused') throw new Error(`not refused: ${JSON.stringify(verdict)}`)
  return verdict
}
const send1 = async (edit: Edit, person = world.manager, client?: string): Promise<Verdict> => {
  const [verdict] = await world.send(person, [edit], client)
  if (!verdict) throw new Error('no verdict')
  return verdict
}
const rowOf = async (table: string, id: string) => {
  const [row] = await world.db.query<Record<string, unknown>>(`select * from ${table} where id = $1`, [id])
  return row
}
const newAccount = async (values = {}, person = world.manager): Promise<string> => {
  const edit = createAccount(values)
  accepted(await send1(edit, person))
  return edit.record_id
}
const ledgerHolds = async (id: string): Promise<boolean> =>
  (await world.db.query('select from mutations where id = $1', [id])).length > 0

describe('the ledger', () => {
  test('answers a repeated edit with its first answer', async () => {
    const create = createAccount()
    const first = accepted(await send1(create))
    accepted(await send1(patch('accounts', create.record_id, {}, { city: 'later' })))
    expect(await send1(create)).toEqual({ ...first, duplicate: true })
    const wrong = createAccount({ company: null })
    const refusal = refused(await send1(wrong))
    expect(await send1(wrong)).toEqual({ ...refusal, duplicate: true })
  })

  test('knows a repeated edit inside one batch', async () => {
    const create = createAccount()
    const [first, second] = await world.send(world.manager, [create, create])
    expect([accepted(first).duplicate, accepted(second).duplicate]).toEqual([false, true])
  })

  test('refuses an id that comes again with another body or from another user', async () => {
    const create = createAccount()
    accepted(await send1(create))
    const other = { ...create, values: { ...create.values, company: 'Other' } }
    expect(refused(await send1(other)).code).toBe('id_reused')
    expect(refused(await send1(create, world.admin)).code).toBe('id_reused')
    expect(await rowOf('accounts', create.record_id)).toMatchObject({ company: 'Acme', version: '1' })
  })

  test('applies concurrent sends of the same edits once', async () => {
    const account = await newAccount({ deal_value: 0 })
    const edits = [createAccount(), patch('accounts', account, {}, { city: 'x' }), createChild('notes', account)]
    const answers = await Promise.all(Array.from({ length: 6 }, () => world.send(world.manager, edits)))
    for (const [index] of edits.entries()) {
      const verdicts = answers.map((answer) => accepted(answer[index]))
      expect(verdicts.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
      expect(new Set(verdicts.map(({ version }) => version)).size).toBe(1)
    }
    expect(await rowOf('accounts', account)).toMatchObject({ version: '2' })
  })

  test('holds nothing of a batch that was aborted, which may be sent again', async () => {
    const impatient = await openWorld(postgres, { statementTimeoutMs: 60 })
    const account = createAccount()
    await impatient.send(impatient.manager, [account])
    const blocker = await impatient.db.pool.connect()
    await blocker.query('begin')
    await blocker.query('select from accounts where id = $1 for update', [account.record_id])
    const edits = [createAccount(), patch('accounts', account.record_id, {}, { city: 'x' })]
    const body = JSON.stringify({ client_id: COLLEAGUE, edits })
    const response = await impatient.request(impatient.manager.userId, impatient.alpha, '/mutations', {
      method: 'POST',
      body,
    })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await impatient.db.query('select from mutations')).toHaveLength(1)
    await blocker.query('rollback')
    blocker.release()
    expect((await impatient.send(impatient.manager, edits)).map(({ status }) => status)).toEqual([
      'accepted',
      'accepted',
    ])
    await impatient.close()
  })
})

describe('a batch', () => {
  test('keeps its order; an edit that fails takes nothing with it', async () => {
    const account = createAccount()
    const verdicts = await world.send(world.manager, [
      account,
      patch('accounts', account.record_id, { city: null }, { city: 'one' }),
      patch('accounts', account.record_id, { city: 'zero' }, { city: 'wrong' }),
      patch('accounts', account.record_id, { city: 'one' }, { city: 'two' }),
      createChild('contacts', account.record_id, { name: null }),
      createChild('contacts', account.record_id),
    ])
    expect(verdicts.map(({ status }) => status)).toEqual([
      'accepted',
      'accepted',
      'refused',
      'accepted',
      'refused',
      'accepted',
    ])
    expect(await rowOf('accounts', account.record_id)).toMatchObject({ city: 'two', version: '3' })
  })

  test('answers the transaction id that the shape log carries', async () => {
    const account = createAccount()
    const verdict = accepted(await send1(account))
    const [row] = await world.db.query<{ xid: string }>(
      'select xmin::text as xid from audit_log where mutation_id = $1',
      [account.id],
    )
    // The row's xmin is that of the edit's own subtransaction, which comes after its transaction's.
    expect(Number(row?.xid)).toBeGreaterThan(verdict.txid)
    expect(Number(row?.xid)).toBeLessThan(verdict.txid + 10)
  })

  test('reads no table whole, also on a connection that planned while everything was small', async () => {
    const fresh = await openWorld(postgres)
    await fresh.db.query('analyze') // tells the planner that the tables are empty
    const client = await fresh.db.pool.connect()
    const scans = async () => {
      await client.query('select pg_stat_force_next_flush()')
      const { rows } = await client.query<{ relname: string; scans: number }>(
        `select relname, seq_scan::int as scans from pg_stat_user_tables where relname in ('accounts', 'contacts', 'mutations', 'audit_log')
         order by relname`,
      )
      return rows
    }
    try {
      const before = await scans()
      for (let batch = 0; batch < 3; batch += 1) {
        const account = createAccount()
        const edits = [
          account,
          createChild('contacts', account.record_id),
          patch('accounts', account.record_id, {}, { city: 'x' }),
        ]
        await client.query('begin; set local role outpost_app')
        const { rows } = await client.query<{ answer: { results: Verdict[] } }>(
          'select apply_mutations($1, $2, $3, $4) as answer',
          [
            fresh.alpha,
            fresh.manager.userId,
            COLLEAGUE,
            JSON.stringify([...edits, account, remove('accounts', account.record_id, 1)]),
          ],
        )
        await client.query('commit')
        expect(rows[0]?.answer.results.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'accepted'))
      }
      expect(await scans()).toEqual(before)
    } finally {
      client.release()
      await fresh.close()
    }
  })

  test('never deadlocks with others over the same records', async () => {
    const accounts = await Promise.all(Array.from({ length: 6 }, () => newAccount({ assigned_to: world.rep.memberId })))
    const children = accounts.flatMap((account) => [createChild('contacts', account), createChild('tasks', account)])
    await world.send(world.manager, children)
    const shuffled = <T>(items: readonly T[], seed: number): T[] =>
      items
        .map((item, index) => [Math.sin(seed * 97 + index * 31), item] as const)
        .sort(([a], [b]) => a - b)
        .map(([, item]) => item)
    const batch = (seed: number): Edit[] =>
      shuffled(
        [
          ...accounts.map((id) =>
            patch('accounts', id, {}, { assigned_to: [world.rep, world.otherRep][seed % 2]?.memberId ?? null }),
          ),
          ...children.map(({ entity, record_id }) =>
            patch(entity, record_id, {}, entity === 'tasks' ? { title: `t${seed}` } : { name: `n${seed}` }),
          ),
          ...accounts.map((id) => createChild('notes', id)),
        ],
        seed,
      )
    const answers = await Promise.all(Array.from({ length: 24 }, (_, seed) => world.send(world.manager, batch(seed))))
    expect(answers.flat().filter(({ status }) => status !== 'accepted')).toEqual([])
    const [stats] = await world.db.query<{ deadlocks: number }>(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    )
    expect(stats?.deadlocks).toBe(0)
  })
})

describe('the audit log', () => {
  const trail = (id: string) =>
    world.db.query<Record<string, unknown>>(
      'select action, version::int, member_id, mutation_id, changes from audit_log where record_id = $1 order by id',
      [id],
    )

  test('says who changed what from what to what', async () => {
    const create = createAccount({ deal_value: 5 })
    const change = patch('accounts', create.record_id, {}, { deal_value: 7, city: 'Ulm' })
    const deletion = remove('accounts', create.record_id, 2)
    const undo = restore('accounts', create.record_id, deletion.id)
    await world.send(world.manager, [create, change, deletion, undo])
    const entries = await trail(create.record_id)
    expect(
      entries.map(({ action, version, member_id, mutation_id }) => [action, version, member_id, mutation_id]),
    ).toEqual([
      ['create', 1, world.manager.memberId, create.id],
      ['patch', 2, world.manager.memberId, change.id],
      ['delete', 3, world.manager.memberId, deletion.id],
      ['restore', 4, world.manager.memberId, undo.id],
    ])
    expect(entries[1]?.['changes']).toEqual([
      { field: 'deal_value', from: 5, to: 7 },
      { field: 'city', from: null, to: 'Ulm' },
    ])
    expect(entries[0]?.['changes']).toContainEqual({ field: 'company', from: null, to: 'Acme' })
  })

  test('has the children that follow, not the copies of derived columns, nor refusals', async () => {
    const account = await newAccount()
    const note = createChild('notes', account)
    const deletion = remove('accounts', account, 2)
    const reassigned = patch('accounts', account, {}, { assigned_to: world.rep.memberId })
    const refusal = patch('accounts', account, { city: 'x' }, { city: 'y' })
    await world.send(world.manager, [note, reassigned, refusal, deletion])
    expect((await trail(note.record_id)).map(({ action, mutation_id }) => [action, mutation_id])).toEqual([
      ['create', note.id],
      ['delete', deletion.id],
    ])
    expect(await ledgerHolds(refusal.id)).toBe(true)
    expect((await trail(account)).map(({ action }) => action)).toEqual(['create', 'patch', 'delete'])
  })

  test('has changes made by hand, without a member', async () => {
    const account = await newAccount()
    await world.db.query(`update accounts set city = 'by hand' where id = $1`, [account])
    expect((await trail(account)).at(-1)).toMatchObject({ action: 'patch', member_id: null, mutation_id: null })
  })
})
