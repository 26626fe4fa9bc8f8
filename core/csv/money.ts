/** Which sign a column of amounts uses before the cents: one for all rows, both (a mixed file), or nothing tells. */
export type DecimalSign = '.' | ',' | 'mixed' | 'unknown'

export type Parsed<T> = { readonly value: T } | { readonly problem: string }

/** The workspace currencies that a sign may stand for; other signs are refused. */
const SIGNS: Readonly<Record<string, readonly string[]>> = {
  '€': ['EUR'],
  '£': ['GBP'],
  $: ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'MXN'],
  '¥': ['JPY', 'CNY'],
}

const GROUPED = /^\d{1,3}([.,])\d{3}(?:\1\d{3})*$/

interface Amount {
  readonly negative: boolean
  /** Digits and the signs between them. */
  readonly digits: string
  readonly currency: string
}

const amountOf = (text: string): Amount | null => {
  const bare = text.replace(/[\s\u00a0\u202f\u2009'’]/g, '')
  const part = /^(\()?([-+−]?)([^\d.,()+−-]{0,4})([-+−]?)([\d.,]+)([^\d.,()+−-]{0,4})(-?)(\))?$/.exec(bare)
  if (!part) return null
  const [, open, sign1, before = '', sign2, digits = '', after = '', sign3, close] = part
  const signs = [sign1, sign2, sign3].filter((sign) => sign !== '')
  if ((open === undefined) !== (close === undefined) || (before !== '' && after !== '')) return null
  if (signs.length + (open ? 1 : 0) > 1) return null
  return { negative: open !== undefined || (signs.length === 1 && signs[0] !== '+'), digits, currency: before + after }
}

const currencyProblem = (sign: string, currency: string): string | null => {
  if (sign === '' || sign.toUpperCase() === currency) return null
  if (SIGNS[sign]?.includes(currency)) return null
  return SIGNS[sign] || /^[A-Za-z]{3}$/.test(sign)
    ? `is in ${sign}, but the workspace uses ${currency}`
    : 'is not an amount'
}

/** Splits digits where their own signs tell the decimal one; null where a lone sign before three digits does not. */
const splitBySelf = (digits: string): readonly [whole: string, decimals: string, sign: string] | null => {
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','))
  if (last < 0) return [digits, '', '']
  const sign = digits.charAt(last)
  const other = sign === '.' ? ',' : '.'
  const whole = digits.slice(0, last)
  if (whole.includes(other)) return [whole, digits.slice(last + 1), sign]
  if (whole.includes(sign)) return [digits, '', '']
  return GROUPED.test(digits) && !digits.startsWith('0') ? null : [whole, digits.slice(last + 1), sign]
}

/** The decimal sign that one amount proves for its column ("12.50" a dot, "1.234,50" and "1.234.567" a comma), or null. */
export const decimalSignOf = (text: string): '.' | ',' | null => {
  const digits = amountOf(text)?.digits
  if (digits === undefined) return null
  const parts = splitBySelf(digits)
  if (!parts) return null
  const [whole, , sign] = parts
  if (sign !== '') return sign === '.' ? '.' : ','
  return whole.includes('.') ? ',' : whole.includes(',') ? '.' : null
}

/** What a column's amounts prove together. */
export const mergeSigns = (known: DecimalSign, next: '.' | ',' | null): DecimalSign =>
  next === null || known === next || known === 'mixed' ? known : known === 'unknown' ? next : 'mixed'

/**
 * An amount as whole cents. "1,234" alone does not tell thousands from decimals: the column's sign decides; where the
 * column proves nothing it is thousands (amounts with three decimals do not occur); in a mixed column it is refused.
 *
 * @param currency the workspace's ISO 4217 code; an amount that names another is refused, never converted
 */
export const parseMoney = (text: string, column: DecimalSign, currency: string): Parsed<number> => {
  const amount = amountOf(text.trim())
  if (!amount || !/\d/.test(amount.digits)) return { problem: 'is not an amount' }
  const foreign = currencyProblem(amount.currency, currency)
  if (foreign) return { problem: foreign }
  const parts = splitBySelf(amount.digits) ?? splitByColumn(amount.digits, column)
  if (!parts) return { problem: 'could mean thousands or decimals: write it as 1234.50' }
  const [whole, decimals, sign] = parts
  if (whole !== '' && !/^\d+$/.test(whole) && !isGrouped(whole, sign)) return { problem: 'is not an amount' }
  const cents = decimals.replace(/0+$/, '')
  if (!/^\d*$/.test(cents)) return { problem: 'is not an amount' }
  if (cents.length > 2) return { problem: 'has more than two decimals' }
  const value = Number(whole.replace(/\D/g, '')) * 100 + Number(cents.padEnd(2, '0'))
  if (!Number.isSafeInteger(value)) return { problem: 'is too large' }
  return { value: amount.negative && value !== 0 ? -value : value }
}

const splitByColumn = (digits: string, column: DecimalSign): readonly [string, string, string] | null => {
  if (column === 'mixed') return null
  const at = digits.search(/[.,]/)
  return digits.charAt(at) === column ? [digits.slice(0, at), digits.slice(at + 1), column] : [digits, '', '']
}

/** Thousands in threes, or as in India (12,34,567); never with the decimal sign. */
const isGrouped = (whole: string, decimalSign: string): boolean =>
  (GROUPED.test(whole) || /^\d{1,2}(,\d{2})+,\d{3}$/.test(whole)) &&
  (decimalSign === '' || !whole.includes(decimalSign))
