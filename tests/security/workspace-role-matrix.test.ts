import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENTITY_NAMES } from '../../core/model/entities.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import { checksumsAnswer, summaryAnswer, type Verdict } from '../../core/protocol/gateway.ts'
import { createAccount, createChild, newId, patch, remove, restore, type World } from '../support/gateway-world.ts'
import {
  ALPHA,
  createImport,
  createView,
  type Matrix,
  type MatrixRecord,
  openMatrix,
  outcome,
  PEOPLE,
  type Who,
} from '../support/matrix-world.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let matrix: Matrix
let world: World
const recordOf = (name: string): MatrixRecord => matrix.recordOf(name)
const one = (who: Who, edit: Edit): Promise<Verdict> => matrix.one(who, edit)

beforeAll(async () => {
  postgres = await withPostgres()
  matrix = await openMatrix(postgres)
  world = matrix.world
})
afterAll(() => postgres.stop())

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
    for (const [name, { entity, id }] of matrix.records) {
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

  test('keep a rep from drawing matrix.records in', async () => {
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
    expect(outcome(await one('rep', createView(world.manager, 1)))).toBe('forbidden')
    expect(outcome(await one('admin', createImport(world.rep)))).toBe('forbidden')
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
      for (const { entity: kind, id, seenBy } of matrix.records.values())
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
    for (const { entity, id, seenBy } of matrix.records.values()) {
      if (entity === 'workspaces' || entity === 'workspace_members') continue
      for (const who of PEOPLE) {
        const { entries } = await get(who, `/history?entity=${entity}&id=${id}`)
        expect([entity, id, who, entries.length > 0]).toEqual([entity, id, who, seenBy.includes(who)])
      }
    }
  })
})
