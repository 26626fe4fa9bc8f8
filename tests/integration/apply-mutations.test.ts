import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Edit } from '../../core/protocol/edit.ts'
import type { Verdict } from '../../core/protocol/gateway.ts'
import {
  createAccount,
  createChild,
  newId,
  openWorld,
  patch,
  remove,
  restore,
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

describe('create', () => {
  test('stores every kind of value as it was sent', async () => {
    const account = await newAccount({
      deal_value: 9_007_199_254_740_991,
      next_action_date: '9999-12-31',
      opportunity: 'a\tb\n\\N "quoted" ‘😀’',
      assigned_to: world.rep.memberId,
      priority: 'nobody knows this code',
    })
    const meeting = createChild('meetings', account, { starts_at: -1, ends_at: 253_402_300_799_999 })
    accepted(await send1(meeting))
    const view: Edit = {
      id: newId(),
      op: 'create',
      entity: 'saved_views',
      record_id: newId(),
      values: { name: 'Mine', entity: 'accounts', spec: '{}', shared: 1, owner: world.manager.memberId },
    }
    accepted(await send1(view))
    const [row] = await world.db.query(
      `select deal_value::text, next_action_date::text, opportunity, assigned_to, priority, version::int from accounts where id = $1`,
      [account],
    )
    expect(row).toEqual({
      deal_value: '9007199254740991',
      next_action_date: '9999-12-31',
      opportunity: 'a\tb\n\\N "quoted" ‘😀’',
      assigned_to: world.rep.memberId,
      priority: 'nobody knows this code',
      version: 1,
    })
    expect(
      await world.db.query(
        'select app.epoch_ms(starts_at)::text as starts, app.epoch_ms(ends_at)::text as ends from meetings where id = $1',
        [meeting.record_id],
      ),
    ).toEqual([{ starts: '-1', ends: '253402300799999' }])
    expect(await rowOf('saved_views', view.record_id)).toMatchObject({ shared: true })
  })

  test('refuses an id that is taken, whatever holds it', async () => {
    const account = await newAccount({ company: 'Original' })
    expect(refused(await send1(createAccount({ company: 'Usurper' }, account))).code).toBe('id_taken')
    accepted(await send1(remove('accounts', account, 1)))
    expect(refused(await send1(createAccount({}, account))).code).toBe('id_taken')
    expect(await rowOf('accounts', account)).toMatchObject({ company: 'Original' })
  })

  test('refuses values that are missing, wrong or too long, naming the field', async () => {
    const cases: [Record<string, string | number | null>, string][] = [
      [{ company: null }, 'company'],
      [{ company: '' }, 'company'],
      [{ company: 'x'.repeat(501) }, 'company'],
      [{ deal_value: 1.5 }, 'deal_value'],
      [{ deal_value: 'much' }, 'deal_value'],
      [{ next_action_date: '2026-02-30' }, 'next_action_date'],
      [{ next_action_date: 'infinity' }, 'next_action_date'],
      [{ next_action_date: '0999-01-01' }, 'next_action_date'],
      [{ assigned_to: 'me' }, 'assigned_to'],
      [{ assigned_to: newId() }, 'assigned_to'],
    ]
    for (const [values, field] of cases) {
      const verdict = refused(await send1(createAccount(values)))
      expect([verdict.code, verdict.field], JSON.stringify(values)).toEqual(['invalid_input', field])
      expect(verdict.message).not.toMatch(/sql|constraint|syntax|relation/i)
    }
  })

  test('refuses fields that no client may write', async () => {
    for (const field of ['foo', 'version', 'workspace_id', 'deleted_at', 'created_at'])
      expect(refused(await send1(createAccount({ [field]: 1 })))).toMatchObject({ code: 'unknown_field', field })
    const account = await newAccount()
    const child = createChild('contacts', account, { account_assigned_to: world.rep.memberId })
    expect(refused(await send1(child))).toMatchObject({ code: 'unknown_field', field: 'account_assigned_to' })
  })

  test('refuses the same in Postgres itself, should the gateway let it through', async () => {
    const direct = async (edit: Record<string, unknown>) => {
      const client = await world.db.pool.connect()
      try {
        await client.query('begin; set local role outpost_app')
        const { rows } = await client.query('select apply_mutations($1, $2, $3, $4) as answer', [
          world.alpha,
          world.manager.userId,
          COLLEAGUE,
          JSON.stringify([edit]),
        ])
        return rows[0].answer.results[0]
      } finally {
        await client.query('rollback')
        client.release()
      }
    }
    for (const [values, code, field] of [
      [{ company: null }, 'invalid_input', 'company'],
      [{ company: '' }, 'invalid_input', 'company'],
      [{ status: 'x'.repeat(65) }, 'invalid_input', 'status'],
      [{ next_action_date: '0999-12-31' }, 'invalid_input', 'next_action_date'],
      [{ deal_value: 'much' }, 'invalid_input', undefined],
      [{ deal_value: 1e300 }, 'invalid_input', undefined],
      [{ version: 7 }, 'unknown_field', 'version'],
    ] as const)
      expect(await direct(createAccount(values))).toMatchObject({
        status: 'refused',
        code,
        ...(field ? { field } : {}),
      })
    expect(await direct({ ...createAccount(), op: 'merge' })).toMatchObject({ status: 'refused' })
    expect(await direct(patch('workspace_members', world.rep.memberId, {}, { role: 'admin' }))).toMatchObject({
      code: 'forbidden',
    })
    expect(await direct(patch('workspaces', world.alpha, {}, { name: 'Mine' }))).toMatchObject({ code: 'forbidden' })
  })

  test('refuses text that Postgres cannot hold without harming its batch', async () => {
    const good = createAccount()
    const [first, second, third] = await world.send(world.manager, [
      createAccount({ company: 'a\u0000b' }),
      createAccount({ company: '\ud800' }),
      good,
    ])
    expect([refused(first).code, refused(second).code]).toEqual(['invalid_input', 'invalid_input'])
    accepted(third)
  })
})

describe('patch', () => {
  test('changes the named fields only and raises the version', async () => {
    const account = await newAccount({ city: 'Köln', deal_value: 100 })
    const verdict = accepted(await send1(patch('accounts', account, { deal_value: 100 }, { deal_value: null })))
    expect(verdict).toMatchObject({ version: 2, in_shard: true, duplicate: false })
    expect(await rowOf('accounts', account)).toMatchObject({ city: 'Köln', deal_value: null, version: '2' })
  })

  test('names the three values of every field in conflict, and changes nothing', async () => {
    const account = await newAccount({ city: 'Köln', deal_value: 100, next_action_date: '2026-01-01' })
    accepted(
      await send1(patch('accounts', account, {}, { city: 'Bonn', deal_value: 200, next_action_date: '2026-02-02' })),
    )
    const verdict = refused(
      await send1(
        patch(
          'accounts',
          account,
          { city: 'Köln', deal_value: 100, next_action_date: null, company: 'Acme' },
          { city: 'Ulm', deal_value: 300, next_action_date: '2026-03-03', company: 'Acme 2' },
        ),
      ),
    )
    expect(verdict).toMatchObject({ code: 'conflict', version: 2 })
    expect(verdict.conflicts.sort((a, b) => (a.field < b.field ? -1 : 1))).toEqual([
      { field: 'city', base: 'Köln', mine: 'Ulm', theirs: 'Bonn' },
      { field: 'deal_value', base: 100, mine: 300, theirs: 200 },
      { field: 'next_action_date', base: null, mine: '2026-03-03', theirs: '2026-02-02' },
    ])
    expect(await rowOf('accounts', account)).toMatchObject({ company: 'Acme', version: '2' })
  })

  test('accepts what is already so', async () => {
    const account = await newAccount({ city: 'Köln' })
    accepted(await send1(patch('accounts', account, {}, { city: 'Bonn' })))
    accepted(await send1(patch('accounts', account, { city: 'Köln' }, { city: 'Bonn' })))
  })

  test('merges changes of different fields', async () => {
    const account = await newAccount({ city: 'Köln', phone: '1' })
    accepted(await send1(patch('accounts', account, { city: 'Köln' }, { city: 'Bonn' })))
    accepted(await send1(patch('accounts', account, { phone: '1' }, { phone: '2' })))
    expect(await rowOf('accounts', account)).toMatchObject({ city: 'Bonn', phone: '2', version: '3' })
  })

  test('compares after casting: instants to the millisecond, null as a value', async () => {
    const account = await newAccount()
    const meeting = createChild('meetings', account, { starts_at: 1_780_000_000_123 })
    accepted(await send1(meeting))
    const id = meeting.record_id
    accepted(
      await send1(
        patch('meetings', id, { starts_at: 1_780_000_000_123, ends_at: null }, { ends_at: 1_780_000_000_999 }),
      ),
    )
    const verdict = refused(await send1(patch('meetings', id, { ends_at: null }, { ends_at: 5 })))
    expect(verdict.conflicts).toEqual([{ field: 'ends_at', base: null, mine: 5, theirs: 1_780_000_000_999 }])
  })

  test('a test without a replace is a condition', async () => {
    const account = await newAccount({ city: 'Köln' })
    expect(refused(await send1(patch('accounts', account, { city: 'Bonn' }, { phone: '1' }))).code).toBe('conflict')
    accepted(await send1(patch('accounts', account, { city: 'Köln' }, { phone: '1' })))
  })

  test('tells apart records that never were and records that are gone', async () => {
    expect(refused(await send1(patch('accounts', newId(), {}, { city: 'x' }))).code).toBe('not_found')
    const account = await newAccount()
    accepted(await send1(remove('accounts', account, 1)))
    expect(refused(await send1(patch('accounts', account, {}, { city: 'x' })))).toMatchObject({
      code: 'removed_elsewhere',
      version: 2,
    })
  })
})

describe('delete and restore', () => {
  test('a newer version is a conflict, unless only this client made it', async () => {
    const account = await newAccount()
    accepted(await send1(patch('accounts', account, {}, { city: 'mine' })))
    accepted(await send1(patch('accounts', account, {}, { city: 'theirs' }), world.admin, COLLEAGUE))
    expect(refused(await send1(remove('accounts', account, 2)))).toMatchObject({ code: 'conflict', version: 3 })
    accepted(await send1(patch('accounts', account, {}, { city: 'mine again' })))
    expect(accepted(await send1(remove('accounts', account, 3)))).toMatchObject({ version: 5, in_shard: false })
  })

  test('deleting what is deleted is accepted', async () => {
    const account = await newAccount()
    accepted(await send1(remove('accounts', account, 1), world.admin, COLLEAGUE))
    expect(accepted(await send1(remove('accounts', account, 1)))).toMatchObject({ in_shard: false, version: 2 })
  })

  test('children follow their account and return with it, those deleted before do not', async () => {
    const account = await newAccount({ assigned_to: world.rep.memberId })
    const children = (['contacts', 'tasks', 'meetings', 'notes'] as const).map((entity) => createChild(entity, account))
    const gone = createChild('contacts', account)
    await world.send(world.manager, [...children, gone])
    accepted(await send1(remove('contacts', gone.record_id, 1)))
    const deletion = remove('accounts', account, 1)
    accepted(await send1(deletion))
    for (const child of children)
      expect(await rowOf(child.entity, child.record_id)).toMatchObject({
        deleted_by_mutation: deletion.id,
        version: '2',
      })

    expect(accepted(await send1(restore('accounts', account, deletion.id)))).toMatchObject({
      version: 3,
      in_shard: true,
    })
    for (const child of children)
      expect(await rowOf(child.entity, child.record_id)).toMatchObject({
        deleted_at: null,
        deleted_by_mutation: null,
        version: '3',
      })
    expect(await rowOf('contacts', gone.record_id)).not.toMatchObject({ deleted_at: null })
  })

  test('restores only the deletion it names; restoring what is alive is accepted', async () => {
    const account = await newAccount()
    accepted(await send1(restore('accounts', account, newId())))
    accepted(await send1(remove('accounts', account, 1)))
    expect(refused(await send1(restore('accounts', account, newId()))).code).toBe('removed_elsewhere')
  })

  test('nothing is added to or brought back under a deleted account', async () => {
    const account = await newAccount()
    const note = createChild('notes', account)
    accepted(await send1(note))
    const deletion = remove('notes', note.record_id, 1)
    accepted(await send1(deletion))
    accepted(await send1(remove('accounts', account, 1)))
    expect(refused(await send1(restore('notes', note.record_id, deletion.id)))).toMatchObject({
      code: 'removed_elsewhere',
      field: 'account_id',
    })
    expect(refused(await send1(createChild('notes', account)))).toMatchObject({
      code: 'removed_elsewhere',
      field: 'account_id',
    })
    expect(refused(await send1(createChild('notes', newId()))).code).toBe('not_found')
  })
})

/** Resolves once so many sessions of this database wait for a lock. */
const untilWaiting = async (count: number): Promise<void> => {
  for (;;) {
    const rows = await world.db.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    if (rows.length >= count) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('the owner of an account', () => {
  test('is copied to its children when they are made, moved, and when it changes', async () => {
    const mine = await newAccount({ assigned_to: world.rep.memberId })
    const theirs = await newAccount({ assigned_to: world.otherRep.memberId })
    const task = createChild('tasks', mine)
    accepted(await send1(task))
    expect(await rowOf('tasks', task.record_id)).toMatchObject({
      account_assigned_to: world.rep.memberId,
      version: '1',
    })
    accepted(await send1(patch('tasks', task.record_id, { account_id: mine }, { account_id: theirs })))
    expect(await rowOf('tasks', task.record_id)).toMatchObject({
      account_assigned_to: world.otherRep.memberId,
      version: '2',
    })
    accepted(await send1(patch('accounts', theirs, {}, { assigned_to: null })))
    expect(await rowOf('tasks', task.record_id)).toMatchObject({ account_assigned_to: null, version: '3' })
  })

  test('does not slip when a child is made while the account is being reassigned', async () => {
    const account = await newAccount({ assigned_to: world.rep.memberId })
    const client = await world.db.pool.connect()
    await client.query('begin')
    await client.query('update accounts set assigned_to = $1 where id = $2', [world.otherRep.memberId, account])
    const task = createChild('tasks', account)
    const made = send1(task)
    await untilWaiting(1)
    await client.query('commit')
    client.release()
    accepted(await made)
    expect(await rowOf('tasks', task.record_id)).toMatchObject({ account_assigned_to: world.otherRep.memberId })
  })
})
