import { isoDay } from '../../../core/model/convert.ts'
import type { Row, Value } from '../../../core/model/field.ts'
import type { FeedEntity } from '../../../core/protocol/query-port.ts'
import type { Random } from '../../../core/random.ts'

/** The calendar day that the tests live in: 2026-03-10. */
export const TODAY = 20_522

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

/** Words that make ties, prefixes of each other, folds, digits of different lengths and characters above U+FFFF. */
const WORDS = [
  'Acme',
  'acme',
  'ACMÉ',
  'Ärzte',
  'arzte',
  'Öl',
  'ol',
  'Straße',
  'strasse',
  'Unit 9',
  'Unit 10',
  'Unit 010',
  'Unit 2',
  '🚀 Rocket',
  '😀',
  'ﬁn',
  'Ｗｉｄｅ',
  'wide',
  '漢字',
  'Ω mega',
  'a',
  'b',
  'ab',
  'abc',
  "O'Neil",
  'x_y%z',
  '',
  'Zoë',
  'zoe 1a2b',
]

/** A few words of the list in a row, so that many texts are equal and many share a part. */
export const randomText = (random: Random): string =>
  random() < 0.4 ? pick(random, WORDS) : `${pick(random, WORDS)} ${pick(random, WORDS)}`

/** The n-th id of an entity; ids of equal n differ between entities. */
export const idOf = (entity: FeedEntity, n: number): string => {
  const place = ['accounts', 'contacts', 'tasks', 'meetings'].indexOf(entity) + 1
  const mixed = Math.imul(n + 1, 0x9e3779b1) >>> 0
  return `${mixed.toString(16).padStart(8, '0')}-000${place}-7000-8000-${n.toString(16).padStart(12, '0')}`
}

export const MEMBERS = [1, 2, 3, 4, 5].map((n) => `00000000-0000-7000-9000-00000000000${n}`)

const maybe = (random: Random, value: () => Value): Value => (random() < 0.2 ? null : value())
const cents = (random: Random): number =>
  pick(random, [0, 1, -5, 100, 2_500, 99_999, 2 ** 45, Math.floor(random() * 1_000)])
const day = (random: Random): string => isoDay(TODAY + Math.floor(random() * 30) - 15)
const instant = (random: Random): number => 1_700_000_000_000 + Math.floor(random() * 20) * 1_000
const member = (random: Random): Value => maybe(random, () => pick(random, MEMBERS))

const stamps = (random: Random): { version: number; created_at: number; updated_at: number } => ({
  version: Math.floor(random() * 9),
  created_at: instant(random),
  updated_at: instant(random),
})

/** A random row. `accounts`: how many accounts there may be; children also name some that do not exist. */
export const randomRow = (random: Random, entity: FeedEntity, n: number, accounts: number): Row => {
  const id = idOf(entity, n)
  const account_id = maybe(random, () => idOf('accounts', Math.floor(random() * accounts * 1.1)))
  const child = { account_id, account_assigned_to: member(random) }
  switch (entity) {
    case 'accounts':
      return {
        id,
        type: pick(random, ['investor', 'customer', 'partner', 'unknown']),
        company: randomText(random),
        status: pick(random, ['lead', 'won', 'lost', 'active', 'contacted', 'negotiation']),
        priority: maybe(random, () => pick(random, ['high', 'medium', 'low'])),
        next_action: maybe(random, () => randomText(random)),
        next_action_date: maybe(random, () => day(random)),
        assigned_to: member(random),
        deal_value: maybe(random, () => cents(random)),
        check_size: maybe(random, () => cents(random)),
        city: maybe(random, () => randomText(random)),
        country: maybe(random, () => pick(random, ['DE', 'FR', 'US'])),
        ...stamps(random),
      }
    case 'contacts':
      return {
        id,
        ...child,
        name: randomText(random),
        email: maybe(random, () => `${randomText(random)}@example.com`),
        phone: maybe(random, () => String(Math.floor(random() * 99))),
        title: maybe(random, () => randomText(random)),
        assigned_to: member(random),
        ...stamps(random),
      }
    case 'tasks':
      return {
        id,
        ...child,
        title: randomText(random),
        status: pick(random, ['open', 'doing', 'done', 'cancelled', 'someday']),
        due_date: maybe(random, () => day(random)),
        assigned_to: member(random),
        ...stamps(random),
      }
    case 'meetings':
      return { id, ...child, version: 1, starts_at: instant(random) }
  }
}
