import { WhereError } from './where-error.ts'

export type Token =
  | { readonly kind: 'name'; readonly text: string; readonly quoted: boolean; readonly at: number }
  | {
      readonly kind: 'string' | 'number' | 'param' | 'operator' | 'symbol' | 'end'
      readonly text: string
      readonly at: number
    }

const PATTERNS = [
  ['space', /(?:\s+|--[^\n]*)/y],
  ['string', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")+"/y],
  ['name', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['param', /\$\d+/y],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy],
  ['operator', /(?:::|[+\-*/<>=~!@#%^&|`?]+)/y],
  ['symbol', /[(),.;[\]]/y],
] as const

const tokenOf = (kind: (typeof PATTERNS)[number][0], text: string, at: number): Token | null => {
  switch (kind) {
    case 'space':
      return null
    case 'string':
      return { kind, text: text.slice(1, -1).replaceAll("''", "'"), at }
    case 'quoted':
      return { kind: 'name', text: text.slice(1, -1).replaceAll('""', '"'), quoted: true, at }
    case 'name':
      return { kind, text: text.toLowerCase(), quoted: false, at }
    case 'param':
      return { kind, text: text.slice(1), at }
    default:
      return { kind, text, at }
  }
}

/** The tokens of a where clause, ended by an `end` token. Positions are 0-based characters. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    let length = 0
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = at
      const text = pattern.exec(source)?.[0]
      if (text === undefined) continue
      const token = tokenOf(kind, text, at)
      if (token) tokens.push(token)
      length = text.length
      break
    }
    if (length === 0) throw WhereError.syntax(at, source[at] ?? '')
    at += length
  }
  tokens.push({ kind: 'end', text: '', at })
  return tokens
}
