import { expect } from 'vitest'
import type { EntityName } from '../../core/model/entities.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import type { Verdict } from '../../core/protocol/gateway.ts'
import { createAccount, createChild, newId, openWorld, type Person, remove, type World } from './gateway-world.ts'
import type { TestPostgres } from './postgres.ts'

export const PEOPLE = ['admin', 'manager', 'rep', 'otherRep', 'betaAdmin', 'betaRep'] as const
export type Who = (typeof PEOPLE)[number]
export const ALPHA: readonly Who[] = ['admin', 'manager', 'rep', 'otherRep']
export const BETA: readonly Who[] = ['betaAdmin', 'betaRep']

/** A record and who may see it: what the product promises, written out. */
export interface MatrixRecord {
  readonly entity: EntityName
  readonly id: string
  readonly seenBy: readonly Who[]
}

/** A world with every kind of record, owned by everybody in turn, each under a name. */
export interface Matrix {
  readonly world: World
  readonly records: ReadonlyMap<string, MatrixRecord>
  recordOf(name: string): MatrixRecord
  /** Ids of the living records of an entity that somebody may see, sorted. */
  seen(who: Who, entity: EntityName): string[]
  /** Sends one edit. */
  one(who: Who, edit: Edit): Promise<Verdict>
}

type Create = Extract<Edit, { op: 'create' }>

export const createView = (owner: Person, shared: 0 | 1): Create => ({
  id: newId(),
  op: 'create',
  entity: 'saved_views',
  record_id: newId(),
  values: { name: 'View', entity: 'accounts', spec: '{}', shared, owner: owner.memberId },
})

export const createImport = (by: Person): Create => ({
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

export const outcome = (verdict: Verdict): string => (verdict.status === 'refused' ? verdict.code : verdict.status)

const IMPORT_SEEN_BY: Readonly<Record<'manager' | 'rep' | 'betaRep', readonly Who[]>> = {
  manager: ['admin', 'manager'],
  rep: ['admin', 'manager', 'rep'],
  betaRep: BETA,
}

export const openMatrix = async (postgres: TestPostgres): Promise<Matrix> => {
  const world = await openWorld(postgres)
  const records = new Map<string, MatrixRecord>()
  const add = async (person: Person, name: string, edit: Create, seenBy: readonly Who[]): Promise<string> => {
    const [verdict] = await world.send(person, [edit])
    expect(verdict, name).toMatchObject({ status: 'accepted' })
    records.set(name, { entity: edit.entity, id: edit.record_id, seenBy })
    return edit.record_id
  }
  const { admin, manager, rep, otherRep, betaAdmin, betaRep } = world
  for (const [name, owner, by, seenBy] of [
    ['of rep', rep, rep, ['admin', 'manager', 'rep']],
    ['of otherRep', otherRep, manager, ['admin', 'manager', 'otherRep']],
    ['of nobody', null, admin, ['admin', 'manager']],
    ['of betaRep', betaRep, betaAdmin, BETA],
    ['of betaAdmin', betaAdmin, betaAdmin, ['betaAdmin']],
  ] as const) {
    const assigned_to = owner?.memberId ?? null
    const account = await add(by, `account ${name}`, createAccount({ assigned_to }), seenBy)
    for (const entity of ['contacts', 'tasks', 'meetings', 'notes'] as const)
      await add(by, `${entity} ${name}`, createChild(entity, account), seenBy)
    const gone = createAccount({ assigned_to })
    await world.send(by, [gone, remove('accounts', gone.record_id, 1)])
  }
  for (const who of ['manager', 'rep', 'betaRep'] as const) {
    await add(world[who], `view of ${who}`, createView(world[who], 0), [who])
    await add(world[who], `shared view of ${who}`, createView(world[who], 1), who === 'betaRep' ? BETA : ALPHA)
    await add(world[who], `import of ${who}`, createImport(world[who]), IMPORT_SEEN_BY[who])
  }
  for (const who of PEOPLE) {
    const seenBy = BETA.includes(who) ? BETA : ALPHA
    records.set(`member ${who}`, { entity: 'workspace_members', id: world[who].memberId, seenBy })
  }
  records.set('alpha', { entity: 'workspaces', id: world.alpha, seenBy: ALPHA })
  records.set('beta', { entity: 'workspaces', id: world.beta, seenBy: BETA })
  return {
    world,
    records,
    recordOf: (name) => {
      const record = records.get(name)
      if (!record) throw new Error(`no record ${name}`)
      return record
    },
    seen: (who, entity) =>
      [...records.values()]
        .filter((record) => record.entity === entity && record.seenBy.includes(who))
        .map(({ id }) => id)
        .sort(),
    one: async (who, edit) => {
      const [verdict] = await world.send(world[who], [edit])
      if (!verdict) throw new Error('no verdict')
      return verdict
    },
  }
}
