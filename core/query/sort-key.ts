const MARKS = /\p{M}+/gu
const DIGITS = /\d+/g

/**
 * Text as lists order and search it: accents and case folded (NFKD without marks, lower case).
 */
export const fold = (value: string): string => {
  const ascii = isAscii(value)
  return ascii ? value.toLowerCase() : value.normalize('NFKD').replace(MARKS, '').toLowerCase()
}

const isAscii = (value: string): boolean => {
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 127) return false
  return true
}

/**
 * The key whose code-point order is the product's text order: folded, with each run of digits written as its length
 * and then itself, so that "Unit 9" comes before "Unit 10". Ties are broken by the text, then the id.
 */
export const sortKey = (value: string): string => {
  const folded = fold(value)
  return /\d/.test(folded)
    ? folded.replace(DIGITS, (run) => {
        const digits = run.replace(/^0+(?=\d)/, '')
        return String.fromCharCode(48 + Math.min(digits.length, 78)) + digits
      })
    : folded
}

/** Compares two strings by Unicode code points (JavaScript's `<` compares UTF-16 units, which differs above U+FFFF). */
export const compareCodePoints = (a: string, b: string): number => {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xs = x >= 0xd800 && x <= 0xdfff
    const ys = y >= 0xd800 && y <= 0xdfff
    if (xs !== ys) return xs ? 1 : -1
    return x - y
  }
  return a.length - b.length
}
