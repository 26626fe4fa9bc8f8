import type { Parsed } from './money.ts'

/** The order of 03/04/2026 in a column: what its unambiguous days prove, both (a mixed file), or nothing tells. */
export type DayOrder = 'day first' | 'month first' | 'mixed' | 'unknown'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH_NAMES =
  /^(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)$/

const ISO = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$/
const DOTTED = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/
const SLASHED = /^(\d{1,2})([/-])(\d{1,2})\2(\d{4})$/
const DAY_NAME_YEAR = /^(\d{1,2})(?:st|nd|rd|th)?[\s-]([a-z]+)\.?,?[\s-](\d{4})$/
const NAME_DAY_YEAR = /^([a-z]+)\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})$/

const isoOf = (year: string, month: number, day: number): string | null => {
  const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  const time = Date.parse(`${text}T00:00:00Z`)
  return /^[1-9]/.test(year) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) ? text : null
}

const monthOf = (name: string): number => (MONTH_NAMES.test(name) ? MONTHS.indexOf(name.slice(0, 3)) + 1 : 0)

/** The order that one day proves for its column ("31/01/2026" day first), or null. */
export const dayOrderOf = (text: string): 'day first' | 'month first' | null => {
  const part = SLASHED.exec(text.trim())
  if (!part) return null
  const first = Number(part[1])
  const second = Number(part[3])
  if (first > 12 && first <= 31 && second <= 12) return 'day first'
  return second > 12 && second <= 31 && first <= 12 ? 'month first' : null
}

/** What a column's days prove together. */
export const mergeOrders = (known: DayOrder, next: 'day first' | 'month first' | null): DayOrder =>
  next === null || known === next || known === 'mixed' ? known : known === 'unknown' ? next : 'mixed'

/**
 * A calendar day as 'YYYY-MM-DD': ISO 8601 (a time of midnight is dropped), 31.1.2026, 31 Jan 2026, January 31, 2026,
 * and 31/01/2026 where the numbers or the rest of the column tell day from month. Years have four digits.
 */
export const parseDay = (text: string, column: DayOrder): Parsed<string> => {
  const bare = text.trim().replace(/\s+/g, ' ').toLowerCase()
  const made = (year = '', month = 0, day = 0): Parsed<string> => {
    const value = isoOf(year, month, day)
    return value === null ? { problem: 'is not a day of the calendar' } : { value }
  }
  const iso = ISO.exec(text.trim())
  if (iso) return made(iso[1], Number(iso[3]), Number(iso[4]))
  const dotted = DOTTED.exec(bare)
  if (dotted) return made(dotted[3], Number(dotted[2]), Number(dotted[1]))
  const dayName = DAY_NAME_YEAR.exec(bare)
  if (dayName) return made(dayName[3], monthOf(dayName[2] ?? ''), Number(dayName[1]))
  const nameDay = NAME_DAY_YEAR.exec(bare)
  if (nameDay) return made(nameDay[3], monthOf(nameDay[1] ?? ''), Number(nameDay[2]))
  const slashed = SLASHED.exec(bare)
  if (!slashed) return { problem: 'is not a day: write it as 2026-01-31' }
  const first = Number(slashed[1])
  const second = Number(slashed[3])
  const order = dayOrderOf(bare) ?? (first === second ? 'day first' : column)
  if (order === 'day first') return made(slashed[4], second, first)
  if (order === 'month first') return made(slashed[4], first, second)
  return { problem: 'could be read day first or month first: write it as 2026-01-31' }
}
