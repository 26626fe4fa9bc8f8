import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDay,
  formatMoney,
  instantInput,
  moneyInput,
  parseMoney,
  plural,
} from '../../../renderer/data/format.ts'

const NOW = new Date(2026, 4, 20, 12).getTime()

describe('words and numbers for people', () => {
  it('shows whole money without decimals and other money with two', () => {
    expect(formatMoney(125_000_000, 'USD', 'en-US')).toBe('$1,250,000')
    expect(formatMoney(1_050, 'USD', 'en-US')).toBe('$10.50')
    expect(formatMoney(-1_050, 'EUR', 'de-DE')).toBe('-10,50\u00a0€')
  })

  it.each([
    ['1250', 125_000],
    ['1,250,000.50', 125_000_050],
    ['$ 99', 9_900],
    ["1'000", 100_000],
    ['10 €', 1_000],
    ['-5.5', -550],
    ['0', 0],
  ])('reads the amount %s', (typed, cents) => expect(parseMoney(typed)).toBe(cents))

  it.each(['', 'soon', '1.234.567', '20k', '1e9', '1.005', '99999999999999'])('does not read %j', (typed) =>
    expect(parseMoney(typed)).toBeNull(),
  )

  it('reads back every amount that it puts into a field', () => {
    for (const cents of [0, 1, 99, 100, 125_050, -77, 9_007_199_254_74])
      expect(parseMoney(moneyInput(cents))).toBe(cents)
  })

  it('names the year of a day only where it is another', () => {
    expect(formatDay('2026-02-03', NOW, 'en-US')).toBe('Feb 3')
    expect(formatDay('2025-12-31', NOW, 'en-US')).toBe('Dec 31, 2025')
    expect(formatDay('soon', NOW, 'en-US')).toBe('soon')
  })

  it('says how long ago, then the day', () => {
    expect(formatAgo(NOW - 5_000, NOW)).toBe('now')
    expect(formatAgo(NOW + 5_000, NOW)).toBe('now')
    expect(formatAgo(NOW - 5 * 60_000, NOW)).toBe('5m ago')
    expect(formatAgo(NOW - 26 * 3_600_000, NOW)).toBe('1d ago')
    expect(formatAgo(NOW - 30 * 86_400_000, NOW, 'en-US')).toBe('Apr 20')
  })

  it('keeps minutes of an instant through a form field', () => {
    const minute = Math.floor(NOW / 60_000) * 60_000
    expect(Date.parse(instantInput(minute))).toBe(minute)
  })

  it('counts and measures', () => {
    expect(formatCount(1_234_567, 'en-US')).toBe('1,234,567')
    expect(plural(1, 'edit')).toBe('1 edit')
    expect(plural(3, 'edit')).toBe('3 edits')
    expect(formatBytes(999)).toBe('999 bytes')
    expect(formatBytes(1_536)).toBe('1.5 kB')
    expect(formatBytes(123_456_789)).toBe('123 MB')
  })
})
