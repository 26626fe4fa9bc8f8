/** Electric parses the clause inside `SELECT 1 WHERE …`, and counts syntax errors (only these) from there. */
const SYNTAX_PREFIX = 'SELECT 1 WHERE '.length

/** A where clause that can't be used; the message is Electric's for the same mistake. */
export class WhereError extends Error {
  static at(location: number, message: string): WhereError {
    return new WhereError(`At location ${location}: ${message}`)
  }
  static syntax(location: number, near: string): WhereError {
    const where = near === '' ? 'at end of input' : `at or near "${near}"`
    return WhereError.at(location + SYNTAX_PREFIX, `syntax error ${where}`)
  }
}
