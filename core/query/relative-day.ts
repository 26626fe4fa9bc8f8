import { dayNumber, isoDay } from '../model/convert.ts'

const ISO_DAY = /^\d{4}-\d\d-\d\d$/
const RELATIVE = /^today(?:([+-])(\d{1,5}))?$/

/**
 * A day of a query as a day number: 'YYYY-MM-DD', `today`, `today+7` or `today-30`.
 *
 * @param today the user's calendar day, days since 1970-01-01
 * @returns null where the text is none of these or names no real day
 */
export const resolveDay = (text: string, today: number): number | null => {
  const relative = RELATIVE.exec(text)
  if (relative) return today + Number(`${relative[1] ?? '+'}${relative[2] ?? '0'}`)
  if (!ISO_DAY.test(text)) return null
  const days = dayNumber(text)
  return Number.isNaN(days) || isoDay(days) !== text ? null : days
}

/** The calendar day of an instant as the user's clock shows it, as a day number. */
export const localDay = (nowMs: number, offsetMinutes: number): number =>
  Math.floor((nowMs - offsetMinutes * 60_000) / 86_400_000)
