import { type Token, tokenize } from './lexer.ts'
import { WhereError } from './where-error.ts'

export type Operand =
  | { readonly kind: 'column'; readonly name: string; readonly at: number }
  | { readonly kind: 'string' | 'number' | 'boolean'; readonly text: string; readonly at: number }
  | { readonly kind: 'param'; readonly index: number; readonly at: number }
  | { readonly kind: 'null'; readonly at: number }

/** A where clause: `=`, `<>`, `is [not] null`, `and`, `or`, parentheses, boolean operands. */
export type Where =
  | { readonly kind: 'and' | 'or'; readonly left: Where; readonly right: Where }
  | { readonly kind: '=' | '<>'; readonly left: Operand; readonly right: Operand; readonly at: number }
  | { readonly kind: 'is null' | 'is not null'; readonly operand: Operand }
  | { readonly kind: 'operand'; readonly operand: Operand }

const UNSUPPORTED_WORDS = new Set('in like ilike not between case exists similar any all select interval'.split(' '))

class Parser {
  readonly tokens: readonly Token[]
  position = 0
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }
  get next(): Token {
    return this.tokens[Math.min(this.position, this.tokens.length - 1)] ?? { kind: 'end', text: '', at: 0 }
  }
  take(): Token {
    const token = this.next
    this.position += 1
    return token
  }
  isWord(word: string): boolean {
    const token = this.next
    return token.kind === 'name' && !token.quoted && token.text === word
  }
  takeWord(word: string): boolean {
    const found = this.isWord(word)
    if (found) this.position += 1
    return found
  }
  takeSymbol(symbol: string): boolean {
    const found = this.next.kind === 'symbol' && this.next.text === symbol
    if (found) this.position += 1
    return found
  }
  or(): Where {
    let left = this.and()
    while (this.takeWord('or')) left = { kind: 'or', left, right: this.and() }
    return left
  }
  and(): Where {
    let left = this.term()
    while (this.takeWord('and')) left = { kind: 'and', left, right: this.term() }
    return left
  }
  term(): Where {
    if (this.takeSymbol('(')) {
      const inner = this.or()
      if (!this.takeSymbol(')')) throw WhereError.syntax(this.next.at, this.next.text)
      return inner
    }
    return this.comparison(this.operand())
  }
  comparison(left: Operand): Where {
    if (this.takeWord('is')) {
      const negated = this.takeWord('not')
      if (!this.takeWord('null')) throw WhereError.at(this.next.at, 'only IS NULL and IS NOT NULL are supported')
      return { kind: negated ? 'is not null' : 'is null', operand: left }
    }
    const token = this.next
    if (token.kind !== 'operator') return { kind: 'operand', operand: left }
    this.take()
    const right = this.operand()
    if (token.text !== '=' && token.text !== '<>' && token.text !== '!=')
      throw WhereError.at(token.at, `unknown binary operator "${token.text}"`)
    return { kind: token.text === '=' ? '=' : '<>', left, right, at: token.at }
  }
  operand(): Operand {
    const token = this.take()
    switch (token.kind) {
      case 'string':
      case 'number':
        return { kind: token.kind, text: token.text, at: token.at }
      case 'param':
        return { kind: 'param', index: Number(token.text), at: token.at }
      case 'name':
        return token.quoted ? { kind: 'column', name: token.text, at: token.at } : this.word(token.text, token.at)
      case 'operator': {
        const digits = this.next
        if (token.text === '-' && digits.kind === 'number') {
          this.take()
          return { kind: 'number', text: `-${digits.text}`, at: token.at }
        }
        throw WhereError.syntax(token.at, token.text)
      }
      default:
        throw WhereError.syntax(token.at, token.text)
    }
  }
  word(text: string, at: number): Operand {
    if (text === 'true' || text === 'false') return { kind: 'boolean', text, at }
    if (text === 'null') return { kind: 'null', at }
    if (UNSUPPORTED_WORDS.has(text)) throw WhereError.at(at, `${text.toUpperCase()} is not supported in this context`)
    if (this.takeSymbol('(')) throw WhereError.at(at, `unknown or unsupported function ${text}/${this.argumentCount()}`)
    if (this.next.kind === 'symbol' && this.next.text === '.') {
      let path = text
      while (this.takeSymbol('.')) path += `.${this.take().text}`
      throw WhereError.at(at, `unknown reference ${path}`)
    }
    return { kind: 'column', name: text, at }
  }
  argumentCount(): number {
    if (this.takeSymbol(')')) return 0
    let count = 1
    for (let depth = 1; depth > 0 && this.next.kind !== 'end'; ) {
      const { text } = this.take()
      if (text === '(') depth += 1
      else if (text === ')') depth -= 1
      else if (text === ',' && depth === 1) count += 1
    }
    return count
  }
}

/** Parses a where clause. What is outside the grammar above is a `WhereError`. */
export function parseWhere(source: string): Where {
  const tokens = tokenize(source)
  if (tokens.some((token) => token.kind === 'symbol' && token.text === ';'))
    throw new WhereError('unescaped ";" causing statement split')
  const parser = new Parser(tokens)
  const where = parser.or()
  const rest = parser.next
  if (rest.kind !== 'end') {
    if (rest.kind === 'name' && !rest.quoted && UNSUPPORTED_WORDS.has(rest.text))
      throw WhereError.at(rest.at, `${rest.text.toUpperCase()} is not supported in this context`)
    throw WhereError.syntax(rest.at, rest.text)
  }
  return where
}
