import { uuidv7 } from '../../core/id.ts'
import type { Role } from '../../core/model/codes.ts'
import { pick, rowRandom, weighted } from './draw.ts'
import { personOf, slugOf } from './people.ts'
import { PLACES } from './places.ts'

export interface DemoMember {
  readonly id: string
  readonly userId: string
  readonly role: Role
  readonly name: string
  readonly email: string
}

/** All that rows of one demo workspace are drawn from. */
export interface DemoWorkspace {
  readonly id: string
  readonly name: string
  readonly currency: string
  readonly timeZone: string
  readonly seed: number
  /** Epoch ms that every date is relative to: the demo's "now". */
  readonly epochMs: number
  readonly members: readonly DemoMember[]
}

const DAY_MS = 86_400_000
const FOUNDED_DAYS_AGO = 1_100
const STREAM = { workspace: 1, member: 2 }

const memberOf = (seed: number, index: number, role: Role, domain: string, foundedMs: number): DemoMember => {
  const random = rowRandom(seed, STREAM.member, index)
  const latin = PLACES.filter(({ firstNames }) => slugOf(firstNames[0] ?? '') !== '')
  const person = personOf(random, pick(random, latin))
  const login = `${person.slug}.${index + 1}`
  return {
    id: uuidv7(foundedMs + index, random),
    userId: `demo|${login}@${domain}`,
    role,
    name: person.name,
    email: `${login}@${domain}`,
  }
}

const workspaceOf = (
  seed: number,
  epochMs: number,
  name: string,
  currency: string,
  timeZone: string,
  roles: readonly (readonly [Role, number])[],
): DemoWorkspace => {
  const foundedMs = epochMs - FOUNDED_DAYS_AGO * DAY_MS
  const domain = `${slugOf(name)}.example`
  const order = roles.flatMap(([role, count]) => Array.from({ length: count }, () => role))
  return {
    id: uuidv7(foundedMs, rowRandom(seed, STREAM.workspace, 0)),
    name,
    currency,
    timeZone,
    seed,
    epochMs,
    members: order.map((role, index) => memberOf(seed, index, role, domain, foundedMs)),
  }
}

/** The demo workspace: 2 admins, 6 managers, 32 reps. */
export const mainWorkspace = (seed: number, epochMs: number): DemoWorkspace =>
  workspaceOf(seed, epochMs, 'Halden & Reyes', 'EUR', 'Europe/Berlin', [
    ['admin', 2],
    ['manager', 6],
    ['rep', 32],
  ])

/** The other workspace of the same server, whose rows must never reach a client of the first. */
export const otherWorkspace = (seed: number, epochMs: number): DemoWorkspace =>
  workspaceOf(seed + 7919, epochMs, 'Meridian Labs', 'USD', 'America/New_York', [
    ['admin', 1],
    ['manager', 1],
    ['rep', 6],
  ])

/** Who an account belongs to: mostly reps, some busier than others; now and then a manager or nobody. */
export const ownerOf = (workspace: DemoWorkspace, random: () => number): DemoMember | null => {
  const kind = weighted(random, [
    ['rep', 85],
    ['manager', 7],
    ['nobody', 8],
  ] as const)
  if (kind === 'nobody') return null
  const candidates = workspace.members.filter(({ role }) => role === kind)
  return candidates[Math.floor(random() ** 1.3 * candidates.length)] ?? null
}
