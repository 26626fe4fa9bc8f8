import type { Operand, Where } from './parse.ts'
import { quoteName, quoteText } from './print.ts'
import { COMPARABLE, type Comparable, normalizeDecimal } from './values.ts'
import { WhereError } from './where-error.ts'

/** The columns that a clause may name: name → base type. */
export type ColumnTypes = ReadonlyMap<string, string>
export type Params = ReadonlyMap<number, string>
export type Row = readonly (string | null | undefined)[]
/** SQL's three values: `null` = unknown. */
export type Truth = boolean | null
export type Predicate = (row: Row) => Truth

/** A clause that was checked against a table: its columns, its SQL and its test of a row. */
export type CheckedWhere = {
  readonly columns: ReadonlySet<string>
  /** The clause for a query on the table, every literal quoted by us. */
  readonly sql: string
  /** The test of a row, given each column's place in it. A row is in the shape only when the answer is `true`. */
  bind(indexOf: (column: string) => number): Predicate
}

class Checker {
  readonly types: ColumnTypes
  readonly params: Params
  readonly columns = new Set<string>()
  constructor(types: ColumnTypes, params: Params) {
    this.types = types
    this.params = params
  }
  columnType(name: string, at: number): string {
    const type = this.types.get(name)
    if (type === undefined) throw WhereError.at(at, `unknown reference ${name}`)
    this.columns.add(name)
    return type
  }
  param(index: number, at: number): string {
    const value = this.params.get(index)
    if (value === undefined) throw WhereError.at(at, `parameter $${index} was not provided`)
    return value
  }
  /** The text of a literal or param; `undefined` for a column. */
  written(operand: Operand): string | null | undefined {
    switch (operand.kind) {
      case 'column':
        return undefined
      case 'null':
        return null
      case 'param':
        return this.param(operand.index, operand.at)
      default:
        return operand.text
    }
  }
  sql(operand: Operand): string {
    if (operand.kind === 'column') return quoteName(operand.name)
    if (operand.kind === 'null') return 'NULL'
    const text = this.written(operand) ?? ''
    return operand.kind === 'string' || operand.kind === 'param' ? quoteText(text) : text
  }
}

type Value = (indexOf: (column: string) => number) => (row: Row) => string | null

const NO_OPERATOR = 'Could not select an operator overload'

function comparableOf(checker: Checker, operand: Operand, other: Operand): { type: string; comparable: Comparable } {
  const column = operand.kind === 'column' ? operand : other.kind === 'column' ? other : null
  if (column) {
    const type = checker.columnType(column.name, column.at)
    const comparable = COMPARABLE[type]
    if (!comparable) throw WhereError.at(column.at, NO_OPERATOR)
    return { type, comparable }
  }
  const kinds = [operand.kind, other.kind]
  const type = kinds.includes('number') ? 'numeric' : kinds.includes('boolean') ? 'bool' : 'text'
  return { type, comparable: COMPARABLE[type] as Comparable }
}

function literalOf(checker: Checker, operand: Operand, type: string, comparable: Comparable): string | null {
  const text = checker.written(operand)
  if (text === null || text === undefined) return null
  if (operand.kind === 'number') {
    if (comparable.family !== 'number') throw WhereError.at(operand.at, NO_OPERATOR)
    return normalizeDecimal(text)
  }
  if (operand.kind === 'boolean' && comparable.family !== 'boolean') throw WhereError.at(operand.at, NO_OPERATOR)
  const value = comparable.literal(text)
  if (value === null) throw WhereError.at(operand.at, `invalid syntax for type ${type}: ${text}`)
  return value
}

function readValue(checker: Checker, operand: Operand, type: string, comparable: Comparable): Value {
  if (operand.kind !== 'column') {
    const literal = literalOf(checker, operand, type, comparable)
    return () => () => literal
  }
  const own = COMPARABLE[checker.columnType(operand.name, operand.at)]
  if (!own || own.family !== comparable.family) throw WhereError.at(operand.at, NO_OPERATOR)
  const { name } = operand
  return (indexOf) => {
    const index = indexOf(name)
    return (row) => {
      const value = row[index]
      return value === null || value === undefined ? null : own.normalize(value)
    }
  }
}

type Compiled = { readonly sql: string; readonly bind: (indexOf: (column: string) => number) => Predicate }

function compileEquality(checker: Checker, where: Extract<Where, { kind: '=' | '<>' }>): Compiled {
  const { type, comparable } = comparableOf(checker, where.left, where.right)
  const left = readValue(checker, where.left, type, comparable)
  const right = readValue(checker, where.right, type, comparable)
  const wanted = where.kind === '='
  return {
    sql: `${checker.sql(where.left)} ${where.kind} ${checker.sql(where.right)}`,
    bind: (indexOf) => {
      const leftOf = left(indexOf)
      const rightOf = right(indexOf)
      return (row) => {
        const a = leftOf(row)
        const b = rightOf(row)
        return a === null || b === null ? null : (a === b) === wanted
      }
    },
  }
}

function compileNullTest(checker: Checker, where: Extract<Where, { kind: 'is null' | 'is not null' }>): Compiled {
  const wantsNull = where.kind === 'is null'
  const { operand } = where
  const sql = `${checker.sql(operand)} ${where.kind}`
  if (operand.kind !== 'column') {
    const answer = (checker.written(operand) === null) === wantsNull
    return { sql, bind: () => () => answer }
  }
  checker.columnType(operand.name, operand.at)
  return {
    sql,
    bind: (indexOf) => {
      const index = indexOf(operand.name)
      return (row) => ((row[index] ?? null) === null) === wantsNull
    },
  }
}

function compileOperand(checker: Checker, operand: Operand): Compiled {
  const sql = checker.sql(operand)
  if (operand.kind === 'boolean') return { sql, bind: () => () => operand.text === 'true' }
  if (operand.kind === 'null') return { sql, bind: () => () => null }
  if (operand.kind !== 'column' || checker.columnType(operand.name, operand.at) !== 'bool')
    throw new WhereError('WHERE clause must return a boolean')
  return {
    sql,
    bind: (indexOf) => {
      const index = indexOf(operand.name)
      return (row) => (row[index] === null || row[index] === undefined ? null : row[index] === 't')
    },
  }
}

function compileLogic(checker: Checker, where: Extract<Where, { kind: 'and' | 'or' }>): Compiled {
  const left = compile(checker, where.left)
  const right = compile(checker, where.right)
  const decisive = where.kind === 'or'
  return {
    sql: `(${left.sql} ${where.kind} ${right.sql})`,
    bind: (indexOf) => {
      const a = left.bind(indexOf)
      const b = right.bind(indexOf)
      return (row) => {
        const first = a(row)
        if (first === decisive) return decisive
        const second = b(row)
        return second === decisive ? decisive : first === null || second === null ? null : !decisive
      }
    },
  }
}

function compile(checker: Checker, where: Where): Compiled {
  switch (where.kind) {
    case 'and':
    case 'or':
      return compileLogic(checker, where)
    case '=':
    case '<>':
      return compileEquality(checker, where)
    case 'is null':
    case 'is not null':
      return compileNullTest(checker, where)
    case 'operand':
      return compileOperand(checker, where.operand)
  }
}

/** Checks a clause against a table's columns and the given params; what doesn't fit is a `WhereError`. */
export function checkWhere(where: Where, types: ColumnTypes, params: Params): CheckedWhere {
  const checker = new Checker(types, params)
  const { sql, bind } = compile(checker, where)
  return { columns: checker.columns, sql, bind }
}
