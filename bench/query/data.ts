import { ACCOUNT_STATUSES } from '../../core/model/codes.ts'
import { isoDay } from '../../core/model/convert.ts'
import type { Row, Value } from '../../core/model/field.ts'
import type { FeedEntity } from '../../core/protocol/query-port.ts'
import { type Random, seededRandom } from '../../core/random.ts'
import { FORMS, madeUpWords, slug, TRADES } from './names.ts'

/** The calendar day of the benches, and the last instant of their data. */
export const BENCH_TODAY = 20_600
const NOW_MS = BENCH_TODAY * 86_400_000

/** Rows per account, as in the demo workspace. */
const RATIOS: Readonly<Record<FeedEntity, number>> = { accounts: 1, contacts: 2.4, tasks: 0.6, meetings: 0.4 }

export const rowsOf = (entity: FeedEntity, accounts: number): number => Math.round(accounts * RATIOS[entity])

const hex = (value: number, digits: number): string => (value >>> 0).toString(16).padStart(digits, '0')

/** The id of the n-th row of an entity: scattered, so that no list is in id order by accident. */
export const benchId = (entity: FeedEntity, n: number): string => {
  const mixed = hex(Math.imul(n + 1, 0x9e3779b1), 8)
  const place = ['accounts', 'contacts', 'tasks', 'meetings'].indexOf(entity) + 1
  return `${mixed}-${hex(place, 4)}-7000-8000-${hex(n, 12)}`
}

export const MEMBERS = Array.from({ length: 40 }, (_, n) => `00000000-0000-7000-9000-${hex(n, 12)}`)

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

/** Earlier items are picked more often (quadratically), as stages of a pipeline are. */
const pickEarly = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() ** 2 * items.length)] as T

const STATUSES = Object.fromEntries(
  Object.entries(ACCOUNT_STATUSES).map(([type, choices]) => [type, choices.map((choice) => choice.code)]),
)

/** Deterministic rows of a CRM of any size: the same seed gives the same rows wherever it runs. */
export class BenchData {
  readonly accounts: number
  readonly companyWords: readonly string[]
  readonly lastNames: readonly string[]
  private readonly firstNames: readonly string[]
  private readonly actions: readonly string[]
  private readonly cities: readonly string[]
  private readonly seed: number

  constructor(accounts: number, seed: number) {
    this.accounts = accounts
    this.seed = seed
    const random = seededRandom(seed)
    this.companyWords = madeUpWords(random, 4_000, 2)
    this.firstNames = madeUpWords(random, 400, 1)
    this.lastNames = madeUpWords(random, 5_000, 2)
    this.cities = madeUpWords(random, 600, 2)
    const verbs = ['Call', 'Send offer to', 'Visit', 'Write to', 'Demo for']
    this.actions = verbs.flatMap((verb) => this.lastNames.slice(0, 400).map((name) => `${verb} ${name}`))
  }

  /** Every row of an entity in turn. */
  *rows(entity: FeedEntity): Generator<Row> {
    const random = seededRandom(this.seed + entity.length * 7919)
    const count = rowsOf(entity, this.accounts)
    for (let n = 0; n < count; n++) yield this.row(random, entity, n)
  }

  /** The company of the n-th account. */
  company(n: number): string {
    const mixed = Math.imul(n + 1, 0x85ebca6b) >>> 0
    const words = this.companyWords
    const first = words[mixed % words.length] as string
    const second = words[(mixed >>> 12) % words.length] as string
    const trade = TRADES[(mixed >>> 5) % TRADES.length] as string
    const form = FORMS[(mixed >>> 9) % FORMS.length] as string
    return mixed % 3 === 0
      ? `${first} ${trade} ${form}`
      : mixed % 3 === 1
        ? `${first} ${second} ${form}`
        : `${first} ${trade} ${(mixed >>> 20) % 1000}`
  }

  private row(random: Random, entity: FeedEntity, n: number): Row {
    const stamps = this.stamps(random)
    const id = benchId(entity, n)
    if (entity === 'accounts') return { id, ...this.account(random, n), ...stamps }
    const parent = Math.floor(random() * this.accounts)
    const child = { account_id: benchId('accounts', parent), account_assigned_to: this.member(random) }
    switch (entity) {
      case 'contacts':
        return { id, ...child, ...this.contact(random, parent), ...stamps }
      case 'tasks':
        return {
          id,
          ...child,
          title: pick(random, this.actions),
          status: pickEarly(random, ['open', 'done', 'doing', 'cancelled']),
          due_date: random() < 0.1 ? null : this.day(random),
          assigned_to: this.member(random),
          ...stamps,
        }
      case 'meetings':
        return { id, ...child, starts_at: stamps.created_at, ...stamps }
    }
  }

  private account(random: Random, n: number): Record<string, Value> {
    const type = pickEarly(random, ['customer', 'investor', 'partner'])
    const investor = type === 'investor'
    return {
      type,
      company: this.company(n),
      status: pickEarly(random, STATUSES[type] ?? []),
      priority: random() < 0.2 ? null : pick(random, ['high', 'medium', 'low']),
      next_action: random() < 0.4 ? null : pick(random, this.actions),
      next_action_date: random() < 0.4 ? null : this.day(random),
      assigned_to: this.member(random),
      deal_value: investor ? null : Math.floor(random() ** 3 * 50_000_000),
      check_size: investor ? Math.floor(random() ** 2 * 2_000) * 100_000 : null,
      city: pick(random, this.cities),
      country: pickEarly(random, ['DE', 'US', 'FR', 'GB', 'NL', 'JP', 'BR', 'IN']),
    }
  }

  private contact(random: Random, account: number): Record<string, Value> {
    const first = pick(random, this.firstNames)
    const last = pick(random, this.lastNames)
    const domain = `${slug(this.company(account))}.${pickEarly(random, ['com', 'de', 'io', 'net', 'org'])}`
    return {
      name: `${first} ${last}`,
      email: random() < 0.1 ? null : `${slug(first)}.${slug(last)}@${domain}`,
      phone: random() < 0.3 ? null : `+49 ${Math.floor(random() * 1e9)}`,
      title: pickEarly(random, ['CEO', 'CFO', 'Buyer', 'Head of Sales', 'Engineer', 'Assistant', 'Partner']),
      assigned_to: this.member(random),
    }
  }

  private member(random: Random): Value {
    return random() < 0.05 ? null : pickEarly(random, MEMBERS)
  }
  private day(random: Random): string {
    return isoDay(BENCH_TODAY + Math.floor(random() * 180) - 60)
  }
  private stamps(random: Random): { version: number; created_at: number; updated_at: number } {
    const created_at = NOW_MS - Math.floor(random() * 1_000 * 86_400_000)
    return {
      version: 1 + Math.floor(random() * 9),
      created_at,
      updated_at: created_at + Math.floor(random() * (NOW_MS - created_at)),
    }
  }
}
