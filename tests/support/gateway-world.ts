import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { uuidv7 } from '../../core/id.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import { mutationsAnswer, type Verdict } from '../../core/protocol/gateway.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { createGateway } from '../../server/gateway/create.ts'
import type { GatewayEvent, GatewayOptions } from '../../server/gateway/options.ts'
import type { TestDatabase, TestPostgres } from './postgres.ts'

export const JWT_SECRET = 'a-secret-of-tests-that-is-long-enough'

export const newId = (): string => uuidv7(Date.now(), Math.random)

export interface Person {
  readonly userId: string
  readonly memberId: string
  readonly workspaceId: string
  readonly role: 'admin' | 'manager' | 'rep'
}

/** Two workspaces on one server: Alpha with every role and two reps, Beta with an admin and a rep. */
export interface World {
  readonly db: TestDatabase
  readonly alpha: string
  readonly beta: string
  readonly admin: Person
  readonly manager: Person
  readonly rep: Person
  readonly otherRep: Person
  readonly betaAdmin: Person
  readonly betaRep: Person
  /** Lines that the gateway logged. */
  readonly log: GatewayEvent[]
  token(userId: string, claims?: { expiresAt?: number }): Promise<string>
  /** A request to the gateway, in process. */
  request(userId: string, workspaceId: string, path: string, init?: RequestInit): Promise<Response>
  /** Sends edits as one batch of one client and answers the verdicts. */
  send(person: Person, edits: readonly Edit[], clientId?: string): Promise<Verdict[]>
  close(): Promise<void>
}

const CLIENT = randomUUID()

export const signToken = (userId: string, expiresAt = Math.floor(Date.now() / 1000) + 3600): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime(expiresAt)
    .sign(new TextEncoder().encode(JWT_SECRET))

const insertPerson = async (
  db: TestDatabase,
  workspaceId: string,
  name: string,
  role: Person['role'],
): Promise<Person> => {
  const userId = `user|${name}`
  const memberId = newId()
  await db.query('insert into users (id, email) values ($1, $2)', [userId, `${name}@example.com`])
  await db.query(
    'insert into workspace_members (id, workspace_id, user_id, role, display_name, email) values ($1, $2, $3, $4, $5, $6)',
    [memberId, workspaceId, userId, role, name, `${name}@example.com`],
  )
  return { userId, memberId, workspaceId, role }
}

export const openWorld = async (
  postgres: TestPostgres,
  options: Partial<Omit<GatewayOptions, 'jwt'>> = {},
): Promise<World> => {
  const db = await postgres.createDatabase()
  await migrate(db.url)
  const alpha = newId()
  const beta = newId()
  await db.query(
    `insert into workspaces (id, name, currency, time_zone) values ($1, 'Alpha', 'EUR', 'Europe/Berlin'), ($2, 'Beta', 'USD', 'UTC')`,
    [alpha, beta],
  )
  const people = {
    admin: await insertPerson(db, alpha, 'admin', 'admin'),
    manager: await insertPerson(db, alpha, 'manager', 'manager'),
    rep: await insertPerson(db, alpha, 'rep', 'rep'),
    otherRep: await insertPerson(db, alpha, 'other-rep', 'rep'),
    betaAdmin: await insertPerson(db, beta, 'beta-admin', 'admin'),
    betaRep: await insertPerson(db, beta, 'beta-rep', 'rep'),
  }
  const log: GatewayEvent[] = []
  const gateway = createGateway({
    pool: db.pool,
    electricUrl: 'http://127.0.0.1:1',
    log: (event) => log.push(event),
    ...options,
    jwt: { keys: { kind: 'secret', secret: JWT_SECRET } },
  })
  const token = (userId: string, claims: { expiresAt?: number } = {}) => signToken(userId, claims.expiresAt)
  const request = async (userId: string, workspaceId: string, path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${await token(userId)}`)
    return gateway.fetch(new Request(`http://gateway/v1/workspaces/${workspaceId}${path}`, { ...init, headers }))
  }
  return {
    db,
    alpha,
    beta,
    ...people,
    log,
    token,
    request,
    send: async (person, edits, clientId = CLIENT) => {
      const response = await request(person.userId, person.workspaceId, '/mutations', {
        method: 'POST',
        body: JSON.stringify({ client_id: clientId, edits }),
      })
      if (response.status !== 200) throw new Error(`the gateway answered ${response.status}: ${await response.text()}`)
      return mutationsAnswer.parse(await response.json()).results
    },
    close: () => db.drop(),
  }
}

type Values = Extract<Edit, { op: 'create' }>['values']

/** Edits as clients make them. */
export const createAccount = (values: Values = {}, recordId = newId()): Extract<Edit, { op: 'create' }> => ({
  id: newId(),
  op: 'create',
  entity: 'accounts',
  record_id: recordId,
  values: { type: 'customer', company: 'Acme', status: 'lead', ...values },
})

export const createChild = (
  entity: 'contacts' | 'tasks' | 'meetings' | 'notes',
  accountId: string,
  values: Values = {},
): Extract<Edit, { op: 'create' }> => {
  const required = {
    contacts: { name: 'Zoë Groß' },
    tasks: { title: 'Call', status: 'open' },
    meetings: { subject: 'Lunch', starts_at: 1_780_000_000_123 },
    notes: { body: 'Line one\nline two' },
  }[entity]
  return {
    id: newId(),
    op: 'create',
    entity,
    record_id: newId(),
    values: { account_id: accountId, ...required, ...values },
  }
}

/** A patch that says what it started from. */
export const patch = (
  entity: Edit['entity'],
  recordId: string,
  base: Values,
  wanted: Values,
): Extract<Edit, { op: 'patch' }> => ({
  id: newId(),
  op: 'patch',
  entity,
  record_id: recordId,
  patch: [
    ...Object.entries(base).map(([field, value]) => ({ op: 'test' as const, path: `/${field}`, value })),
    ...Object.entries(wanted).map(([field, value]) => ({ op: 'replace' as const, path: `/${field}`, value })),
  ],
})

export const remove = (
  entity: Edit['entity'],
  recordId: string,
  seenVersion: number,
): Extract<Edit, { op: 'delete' }> => ({
  id: newId(),
  op: 'delete',
  entity,
  record_id: recordId,
  seen_version: seenVersion,
})

export const restore = (
  entity: Edit['entity'],
  recordId: string,
  deletedBy: string,
): Extract<Edit, { op: 'restore' }> => ({
  id: newId(),
  op: 'restore',
  entity,
  record_id: recordId,
  deleted_by: deletedBy,
})
