/**
 * How a type's values are compared as text: `normalize` gives equal values equal text. `literal` checks and normalizes a
 * string written in the clause, or answers `null` when it is no value of the type. Types without an entry have no `=` here.
 */
export type Comparable = {
  readonly family: 'text' | 'number' | 'boolean' | 'uuid' | 'date'
  normalize(value: string): string
  literal(text: string): string | null
}

const same = (value: string): string => value

/** A decimal without what doesn't count: sign of zero, leading and trailing zeros, exponent. */
export function normalizeDecimal(value: string): string {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?\s*$/i.exec(value)
  if (!match)
    return value
      .trim()
      .toLowerCase()
      .replace(/^\+/, '')
      .replace(/inf(?:inity)?$/, 'infinity')
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent)
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point > digits.length ? digits.padEnd(point, '0') : point < 0 ? '0'.repeat(-point) + digits : digits
  const cut = Math.max(point, 0)
  const integer = padded.slice(0, cut).replace(/^0+/, '')
  const decimals = padded.slice(cut).replace(/0+$/, '')
  if (integer === '' && decimals === '') return '0'
  return `${sign === '-' ? '-' : ''}${integer || '0'}${decimals ? `.${decimals}` : ''}`
}

const DECIMAL = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?\s*$/i
const SPECIAL_NUMBER = /^\s*(?:nan|[+-]?inf(?:inity)?)\s*$/i

const integer = (bits: number): Comparable => ({
  family: 'number',
  normalize: same,
  literal: (text) => {
    if (!/^\s*[+-]?\d+\s*$/.test(text)) return null
    const value = BigInt(text.trim().replace('+', ''))
    return BigInt.asIntN(bits, value) === value ? String(value) : null
  },
})

const numeric: Comparable = {
  family: 'number',
  normalize: normalizeDecimal,
  literal: (text) => (DECIMAL.test(text) || SPECIAL_NUMBER.test(text) ? normalizeDecimal(text) : null),
}

const TRUE = /^\s*(?:t|tr|tru|true|y|ye|yes|on|1)\s*$/i
const FALSE = /^\s*(?:f|fa|fal|fals|false|n|no|of|off|0)\s*$/i
const bool: Comparable = {
  family: 'boolean',
  normalize: (value) => (TRUE.test(value) ? 't' : 'f'),
  literal: (text) => (TRUE.test(text) ? 't' : FALSE.test(text) ? 'f' : null),
}

const uuid: Comparable = {
  family: 'uuid',
  normalize: same,
  literal: (text) => (/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(text) ? text.toLowerCase() : null),
}

const date: Comparable = {
  family: 'date',
  normalize: same,
  literal: (text) => (/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$|^-?infinity$/.test(text) ? text : null),
}

const text: Comparable = { family: 'text', normalize: same, literal: same }
const paddedText: Comparable = {
  family: 'text',
  normalize: (value) => value.replace(/ +$/, ''),
  literal: (value) => value.replace(/ +$/, ''),
}

export const COMPARABLE: Readonly<Record<string, Comparable>> = {
  text,
  varchar: text,
  bpchar: paddedText,
  uuid,
  bool,
  date,
  int2: integer(16),
  int4: integer(32),
  int8: integer(64),
  numeric,
}
