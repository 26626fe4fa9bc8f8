import { uuidv7 } from '../../core/id.ts'
import type { EntityName } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import type { EditInput } from '../../core/protocol/edit.ts'
import type { Random } from '../../core/random.ts'
import type { ChaosClient } from './client-port.ts'

/** What the run knows of: records that may be there, and the edits that a client was promised. */
export interface Ground {
  readonly records: { readonly entity: EntityName; readonly id: string }[]
  /** A few records that everybody edits. */
  readonly hot: readonly { readonly entity: EntityName; readonly id: string }[]
  readonly members: readonly string[]
  /** Edit id → index of the client whose call answered with it. */
  readonly promised: Map<string, number>
  readonly recent: Map<number, string[]>
  /** Operations that were answered. */
  done: number
  /** Epoch ms, for ids. */
  readonly now: () => number
}

type Step = (client: ChaosClient, ground: Ground, random: Random) => Promise<boolean>

const pick = <T>(random: Random, from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]

const PATCHES: Readonly<Partial<Record<EntityName, Readonly<Record<string, (random: Random) => Value>>>>> = {
  accounts: {
    status: (random) => pick(random, ['lead', 'active', 'won', 'lost']) ?? 'lead',
    city: (random) => pick(random, ['Bonn', 'Lyon', 'Kraków', 'Oslo', 'Turin', null]) ?? null,
    priority: (random) => pick(random, ['low', 'high', null]) ?? null,
    deal_value: (random) => Math.floor(random() * 5) * 1_000,
    next_action: (random) => `call ${Math.floor(random() * 4)}`,
    next_action_date: (random) => pick(random, ['2026-01-31', '2026-02-28', null]) ?? null,
  },
  contacts: {
    title: (random) => pick(random, ['CEO', 'CTO', null]) ?? null,
    phone: (random) => `+49 ${Math.floor(random() * 9)}`,
  },
  tasks: {
    status: (random) => pick(random, ['open', 'done']) ?? 'open',
    title: (random) => `Task ${Math.floor(random() * 9)}`,
  },
  notes: { body: (random) => `Ünïcode ${Math.floor(random() * 9)}\nline "two"` },
}

const submit = async (client: ChaosClient, ground: Ground, edits: EditInput[], group = false): Promise<boolean> => {
  if (edits.length === 0) return false
  const answer = await client.call('edits.submit', { edits, group })
  if (!answer.ok) return false
  remember(client, ground, answer.value.ids)
  for (const { op, entity, record_id: id } of edits) if (op === 'create') ground.records.push({ entity, id })
  return true
}

const remember = (client: ChaosClient, ground: Ground, ids: readonly string[]): void => {
  for (const id of ids) ground.promised.set(id, client.index)
  ground.recent.set(client.index, [...(ground.recent.get(client.index) ?? []), ...ids].slice(-6))
}

const shown = async (
  client: ChaosClient,
  ground: Ground,
  random: Random,
  only?: EntityName,
): Promise<{ entity: EntityName; id: string; row: Readonly<Record<string, Value>> } | null> => {
  for (let tries = 0; tries < 6; tries++) {
    const from = only === undefined && random() < 0.35 ? ground.hot : ground.records
    const found = pick(random, only === undefined ? from : from.filter(({ entity }) => entity === only))
    if (!found) return null
    const answer = await client.call('record.get', found)
    if (answer.ok) return { ...found, row: answer.value.row }
  }
  return null
}

const patchInput = async (client: ChaosClient, ground: Ground, random: Random): Promise<EditInput | null> => {
  const record = await shown(client, ground, random)
  const fields = record ? PATCHES[record.entity] : undefined
  if (!record || !fields) return null
  const chosen = Object.entries(fields).filter(() => random() < 0.4)
  const values = Object.fromEntries(chosen.map(([field, make]) => [field, make(random)]))
  const base = Object.fromEntries(chosen.map(([field]) => [field, record.row[field] ?? null]))
  return { op: 'patch', entity: record.entity, record_id: record.id, values, base }
}

const newAccount = (client: ChaosClient, ground: Ground, random: Random): EditInput => ({
  op: 'create',
  entity: 'accounts',
  record_id: uuidv7(ground.now(), random),
  values: {
    type: 'customer',
    company: `Company ${Math.floor(random() * 1_000)}`,
    status: 'lead',
    assigned_to: random() < 0.8 ? client.memberId : (pick(random, ground.members) ?? null),
  },
})

const newChild = (account: string, ground: Ground, random: Random): EditInput => {
  const entity = pick(random, ['contacts', 'tasks', 'notes'] as const) ?? 'notes'
  const values = {
    contacts: { name: `Person ${Math.floor(random() * 99)}` },
    tasks: { title: `Task ${Math.floor(random() * 99)}`, status: 'open' },
    notes: { body: `Note ${Math.floor(random() * 99)}` },
  }[entity]
  return { op: 'create', entity, record_id: uuidv7(ground.now(), random), values: { ...values, account_id: account } }
}

const STEPS: readonly (readonly [weight: number, step: Step])[] = [
  [8, (client, ground, random) => submit(client, ground, [newAccount(client, ground, random)])],
  [
    6,
    async (client, ground, random) => {
      const account = newAccount(client, ground, random)
      const children = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
        newChild(account.record_id, ground, random),
      )
      return submit(client, ground, [account, ...children], random() < 0.5)
    },
  ],
  [
    12,
    async (client, ground, random) => {
      const account = await shown(client, ground, random, 'accounts')
      return account ? submit(client, ground, [newChild(account.id, ground, random)]) : false
    },
  ],
  [
    40,
    async (client, ground, random) => {
      const input = await patchInput(client, ground, random)
      return input ? submit(client, ground, [input]) : false
    },
  ],
  [
    // Several edits of one record at once: its lane has a queue.
    8,
    async (client, ground, random) => {
      const record = await shown(client, ground, random, 'accounts')
      if (!record) return false
      let from = record.row['next_action'] ?? null
      const edits = Array.from({ length: 3 }, (_, at): EditInput => {
        const to = `step ${at} ${Math.floor(random() * 99)}`
        const base = { next_action: from }
        from = to
        return { op: 'patch', entity: 'accounts', record_id: record.id, values: { next_action: to }, base }
      })
      return submit(client, ground, edits)
    },
  ],
  [
    5,
    async (client, ground, random) => {
      const record = await shown(client, ground, random)
      if (!record || !(record.entity in PATCHES)) return false
      return submit(client, ground, [{ op: 'delete', entity: record.entity, record_id: record.id }])
    },
  ],
  [
    10,
    async (client, ground, random) => {
      const ids = ground.recent.get(client.index) ?? []
      const id = pick(random, ids)
      if (id === undefined) return false
      const answer = await client.call('edits.undo', { ids: [id] })
      return answer.ok
    },
  ],
  [
    10,
    async (client, ground, random) => {
      const record = await shown(client, ground, random, 'accounts')
      if (!record) return false
      const values = { assigned_to: pick(random, ground.members) ?? null }
      const base = { assigned_to: record.row['assigned_to'] ?? null }
      return submit(client, ground, [{ op: 'patch', entity: 'accounts', record_id: record.id, values, base }])
    },
  ],
  [
    5,
    async (client, ground, random) => {
      const inputs: EditInput[] = []
      for (let i = 0; i < 3; i++) {
        const input = await patchInput(client, ground, random)
        if (input && !inputs.some((other) => other.record_id === input.record_id)) inputs.push(input)
      }
      return submit(client, ground, inputs, true)
    },
  ],
  [
    // A member who is not there: only the server can tell.
    3,
    async (client, ground, random) => {
      const record = await shown(client, ground, random, 'accounts')
      if (!record) return false
      const values = { assigned_to: uuidv7(ground.now(), random) }
      const base = { assigned_to: record.row['assigned_to'] ?? null }
      return submit(client, ground, [{ op: 'patch', entity: 'accounts', record_id: record.id, values, base }])
    },
  ],
  [
    8,
    async (client, ground, random) => {
      const listed = await client.call('outbox.list', {})
      if (!listed.ok) return false
      const refused = pick(
        random,
        listed.value.filter(({ state }) => state === 'refused'),
      )
      if (!refused) return false
      const { id } = refused.edit
      if (random() < 0.3) return (await client.call('outbox.discard', { id })).ok
      const answer = await client.call('outbox.resend', { id })
      if (answer.ok && answer.value.id !== id) remember(client, ground, [answer.value.id])
      return answer.ok
    },
  ],
  [
    2,
    (client, ground, random) =>
      submit(client, ground, [
        {
          op: 'create',
          entity: 'saved_views',
          record_id: uuidv7(ground.now(), random),
          values: {
            name: 'View',
            entity: 'accounts',
            spec: '{}',
            shared: random() < 0.5 ? 1 : 0,
            owner: client.memberId,
          },
        },
      ]),
  ],
]

const TOTAL = STEPS.reduce((sum, [weight]) => sum + weight, 0)

/** One operation of one client, as the seed chooses it. */
export const operate: Step = async (client, ground, random) => {
  let at = random() * TOTAL
  const found = STEPS.find(([weight]) => {
    at -= weight
    return at < 0
  })
  const did = found ? await found[1](client, ground, random) : false
  if (did) ground.done++
  return did
}
