import { uuidv7 } from '../../core/id.ts'
import type { Role } from '../../core/model/codes.ts'
import type { Random } from '../../core/random.ts'
import { pick, rowRandom, weighted } from './draw.ts'
import { type Person, personOf, slugOf } from './people.ts'
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

/** Places whose names have Latin letters: members sign in with them. */
const LATIN_PLACES = PLACES.filter(({ firstNames }) => slugOf(firstNames[0] ?? '') !== '')

/** Somebody whose name no other member has. */
const newcomer = (random: Random, taken: ReadonlySet<string>): Person => {
  for (;;) {
    const person = personOf(random, pick(random, LATIN_PLACES))
    if (!taken.has(person.slug)) return person
  }
}

const membersOf = (seed: number, roles: readonly Role[], domain: string, foundedMs: number): readonly DemoMember[] => {
  const taken = new Set<string>()
  return roles.map((role, index) => {
    const random = rowRandom(seed, STREAM.member, index)
    const id = uuidv7(foundedMs + index, random)
    const { name, slug } = newcomer(random, taken)
    taken.add(slug)
    const email = `${slug}@${domain}`
    return { id, userId: `demo|${email}`, role, name, email }
  })
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
    members: membersOf(seed, order, domain, foundedMs),
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

/** Who an account belongs to: mostly reps, some busier than others; now and then a manager, an admin or nobody. */
export const ownerOf = (workspace: DemoWorkspace, random: Random): DemoMember | null => {
  const kind = weighted(random, [
    ['rep', 84],
    ['manager', 8],
    ['admin', 1],
    ['nobody', 7],
  ] as const)
  if (kind === 'nobody') return null
  const candidates = workspace.members.filter(({ role }) => role === kind)
  return candidates[Math.floor(random() ** 1.3 * candidates.length)] ?? null
}
