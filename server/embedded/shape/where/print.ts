import type { Operand, Where } from './parse.ts'

/** A name as an SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as an SQL literal, safe whatever it holds. */
export const quoteText = (text: string): string =>
  `${text.includes('\\') ? ' E' : ''}'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`

const printOperand = (operand: Operand): string => {
  switch (operand.kind) {
    case 'column':
      return quoteName(operand.name)
    case 'param':
      return `$${operand.index}`
    case 'null':
      return 'NULL'
    case 'string':
      return `'${operand.text.replaceAll("'", "''")}'`
    default:
      return operand.text
  }
}

/**
 * One text for every way of writing the same clause (white space, case, redundant parentheses); params stay `$n`.
 * `parseWhere` reads it back.
 */
export function printWhere(where: Where): string {
  switch (where.kind) {
    case 'and':
    case 'or':
      return `(${printWhere(where.left)} ${where.kind} ${printWhere(where.right)})`
    case '=':
    case '<>':
      return `${printOperand(where.left)} ${where.kind} ${printOperand(where.right)}`
    case 'operand':
      return printOperand(where.operand)
    default:
      return `${printOperand(where.operand)} ${where.kind}`
  }
}
