/** Words and numbers for people. `locale` undefined = the machine's. */
const formatters = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

const kept = <F extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => F): F => {
  const found = formatters.get(key)
  if (found) return found as F
  const made = make()
  formatters.set(key, made)
  return made
}

/** 12345 → "12,345". */
export const formatCount = (count: number, locale?: string): string =>
  kept(`n ${locale}`, () => new Intl.NumberFormat(locale)).format(count)

/** Cents of the workspace's currency as money; whole amounts without decimals: 125000000 → "$1,250,000". */
export const formatMoney = (cents: number, currency: string, locale?: string): string => {
  const whole = cents % 100 === 0
  const format = kept(
    `m ${locale} ${currency} ${whole}`,
    () =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        minimumFractionDigits: whole ? 0 : 2,
        maximumFractionDigits: whole ? 0 : 2,
      }),
  )
  return format.format(cents / 100)
}

/** The number of cents that a typed amount means ("1,250,000.50", "$ 20k" is not one); null where it is not a number. */
export const parseMoney = (typed: string): number | null => {
  const plain = typed.replace(/[\s\u00a0,'’_]|^\p{Sc}|\p{Sc}$/gu, '')
  if (!/^-?\d{1,13}(\.\d{1,2})?$/.test(plain)) return null
  const cents = Math.round(Number(plain) * 100)
  return Number.isSafeInteger(cents) ? cents : null
}

/** Cents as an editable plain number: 125050 → "1250.50". */
export const moneyInput = (cents: number): string => (cents / 100).toFixed(cents % 100 === 0 ? 0 : 2)

/** A calendar day 'YYYY-MM-DD'; the year only where it is not this one. */
export const formatDay = (isoDay: string, nowMs: number, locale?: string): string => {
  const time = Date.parse(`${isoDay}T00:00:00Z`)
  if (Number.isNaN(time)) return isoDay
  const thisYear = isoDay.slice(0, 4) === String(new Date(nowMs).getFullYear())
  return kept(
    `d ${locale} ${thisYear}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        timeZone: 'UTC',
        month: 'short',
        day: 'numeric',
        ...(thisYear ? {} : { year: 'numeric' }),
      }),
  ).format(time)
}

/** An instant with date and time in the machine's zone. */
export const formatInstant = (ms: number, locale?: string): string =>
  kept(`i ${locale}`, () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })).format(ms)

/** An instant's time of day. */
export const formatTime = (ms: number, locale?: string): string =>
  kept(`t ${locale}`, () => new Intl.DateTimeFormat(locale, { timeStyle: 'short' })).format(ms)

/** An instant's day in the machine's zone. */
export const formatDate = (ms: number, locale?: string): string =>
  kept(`D ${locale}`, () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })).format(ms)

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, in few characters: "now", "5m", "3h", "6d", then the date. */
export const formatAgo = (ms: number, nowMs: number, locale?: string): string => {
  const age = nowMs - ms
  if (age < MINUTE) return 'now'
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m ago`
  if (age < DAY) return `${Math.floor(age / HOUR)}h ago`
  if (age < 7 * DAY) return `${Math.floor(age / DAY)}d ago`
  return formatDay(localDay(ms), nowMs, locale)
}

/** The machine's calendar day of an instant, 'YYYY-MM-DD'. */
export const localDay = (ms: number): string => {
  const date = new Date(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** An instant as the value of an `<input type="datetime-local">`. */
export const instantInput = (ms: number): string => {
  const date = new Date(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${localDay(ms)}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** 1536 → "1.5 kB" (powers of 1,000, as file managers show them). */
export const formatBytes = (bytes: number): string => {
  const units = ['bytes', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** "1 task", "3 tasks". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`
