import { uuidv7 } from '../../core/id.ts'
import { ACCOUNT_STATUSES } from '../../core/model/codes.ts'
import { isoDay } from '../../core/model/convert.ts'
import type { Row } from '../../core/model/field.ts'
import type { Random } from '../../core/random.ts'
import { companyName, hostOf } from './companies.ts'
import type { KnownCompany } from './companies-file.ts'
import { amount, intBelow, pick, rowRandom, weighted } from './draw.ts'
import { phoneOf } from './people.ts'
import { NEXT_ACTIONS, OPPORTUNITIES } from './phrases.ts'
import { PLACES, type Place } from './places.ts'
import { type DemoWorkspace, ownerOf } from './workspace.ts'

const STREAM = 10
const DAY_MS = 86_400_000
const OLDEST_DAYS = 1_000

/** What an account's children need of it, cheap to make again for any index. */
export interface AccountKey {
  readonly id: string
  readonly ownerId: string | null
  readonly place: Place
  readonly createdMs: number
  readonly type: string
  readonly company: string
  /** Of its mail and website. */
  readonly host: string
  /** The rest of the account's own random sequence. */
  readonly random: Random
}

const PLACE_WEIGHTS = PLACES.map((place) => [place, place.weight] as const)
const TYPE_WEIGHTS = [
  ['customer', 60],
  ['investor', 25],
  ['partner', 15],
] as const

export const accountKey = (workspace: DemoWorkspace, index: number, known?: KnownCompany): AccountKey => {
  const random = rowRandom(workspace.seed, STREAM, index)
  const createdMs = workspace.epochMs - Math.floor((random() ** 1.5 * OLDEST_DAYS + 0.01) * DAY_MS)
  const id = uuidv7(createdMs, random)
  const ownerId = ownerOf(workspace, random)?.id ?? null
  const place = weighted(random, PLACE_WEIGHTS)
  const type = weighted(random, TYPE_WEIGHTS)
  const made = companyName(random, place, type)
  const company = known?.company ?? made
  return { id, ownerId, place, createdMs, type, company, host: hostOf(company, index, place), random }
}

/** Stages later in the list are rarer, the last ones (won, lost …) commoner again, as in any pipeline. */
const statusOf = (random: Random, type: string): string => {
  const stages = ACCOUNT_STATUSES[type] ?? []
  return weighted(
    random,
    stages.map(({ code }, i) => [code, i < stages.length - 2 ? 10 - i : 7] as const),
  )
}

/** The last change of a row made at `createdMs`, and how often it changed. */
export const stampsOf = (random: Random, createdMs: number, epochMs: number) => {
  const version = 1 + Math.floor(random() ** 3 * 8)
  const updated = version === 1 ? createdMs : createdMs + Math.floor(random() * Math.max(0, epochMs - createdMs))
  return { version, created_at: createdMs, updated_at: updated }
}

/** The `index`-th account. With a company from a file, name and what else the file knows are taken from there. */
export const accountRow = (workspace: DemoWorkspace, index: number, known?: KnownCompany): Row => {
  const { id, ownerId, place, createdMs, type, company, host, random } = accountKey(workspace, index, known)
  const planned = random() < 0.7
  const nextDay = Math.floor(workspace.epochMs / DAY_MS) - 20 + intBelow(random, 80)
  return {
    id,
    type,
    company,
    status: statusOf(random, type),
    priority: weighted(random, [
      ['high', 15],
      ['medium', 35],
      ['low', 30],
      [null, 20],
    ] as const),
    next_action: planned ? pick(random, NEXT_ACTIONS) : null,
    next_action_date: planned ? isoDay(nextDay) : null,
    assigned_to: ownerId,
    deal_value: type !== 'investor' && random() < 0.75 ? amount(random, 18_000, 1.2) : null,
    check_size: type === 'investor' && random() < 0.85 ? amount(random, 250_000, 1.1) : null,
    opportunity: known?.remark ?? (random() < 0.35 ? pick(random, OPPORTUNITIES) : null),
    website: known?.website ?? (random() < 0.8 ? `https://www.${host}` : null),
    phone: known?.phone ?? (random() < 0.7 ? phoneOf(random, place) : null),
    address: known
      ? (known.address ?? null)
      : pick(random, place.streets).replace('#', String(1 + intBelow(random, 220))),
    city: known ? (known.city ?? null) : pick(random, place.cities),
    country: known ? (known.country ?? null) : place.country,
    external_id: known?.external_id ?? (random() < 0.6 ? `ERP-${String(100_000 + index)}` : null),
    ...stampsOf(random, createdMs, workspace.epochMs),
  }
}
