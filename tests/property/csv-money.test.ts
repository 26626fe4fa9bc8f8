import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DecimalSign, decimalSignOf, mergeSigns, parseMoney } from '../../core/csv/money.ts'

const STYLES = [
  { group: ',', decimal: '.' },
  { group: '.', decimal: ',' },
  { group: ' ', decimal: ',' },
  { group: "'", decimal: '.' },
  { group: '', decimal: '.' },
  { group: '', decimal: ',' },
] as const

const write = (cents: number, { group, decimal }: (typeof STYLES)[number], digits: 0 | 2): string => {
  const units = Math.floor(Math.abs(cents) / 100)
  const grouped = String(units).replace(/\B(?=(\d{3})+$)/g, group)
  const rest = digits === 2 ? decimal + String(Math.abs(cents) % 100).padStart(2, '0') : ''
  return `${cents < 0 ? '-' : ''}${grouped}${rest}`
}

test('a column written in one style is read back cent for cent, once one of its amounts shows cents', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1_000_000_000_00, max: 1_000_000_000_00 }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(...STYLES),
      (amounts, style) => {
        const cells = amounts.map((cents, index) => {
          const digits = index === 0 || cents % 100 !== 0 ? 2 : 0
          return { text: write(cents, style, digits), cents }
        })
        const column = cells.reduce<DecimalSign>((known, { text }) => mergeSigns(known, decimalSignOf(text)), 'unknown')
        for (const { text, cents } of cells)
          expect(parseMoney(text, column, 'EUR'), `${text} in a column of ${column}`).toEqual({ value: cents || 0 })
      },
    ),
  )
})
