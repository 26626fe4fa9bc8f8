/** Why a name can't be read; the message is Electric's. */
export class IdentifierError extends Error {}

/** One SQL name: quoted = as written, unquoted = folded to lower case and without special characters. */
export function parseIdentifier(text: string): string {
  if (/^".*"$/s.test(text)) {
    const inner = text.slice(1, -1)
    if (inner === '' || inner.replaceAll('""', '').includes('"'))
      throw new IdentifierError(`Invalid identifier: ${text}`)
    return inner.replaceAll('""', '"')
  }
  if (text === '') throw new IdentifierError('Invalid zero-length identifier')
  if (!/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(text))
    throw new IdentifierError(`Invalid unquoted identifier contains special characters: ${text}`)
  return text.toLowerCase()
}

/** Splits at `separator` outside double quotes. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let part = ''
  let quoted = false
  for (const character of text) {
    if (character === '"') quoted = !quoted
    if (character === separator && !quoted) {
      parts.push(part)
      part = ''
    } else part += character
  }
  return [...parts, part]
}

export type TableName = { readonly schema: string; readonly name: string }

/** `table` or `schema.table`; the default schema is `public`. */
export function parseTableName(text: string): TableName {
  const parts = splitOutsideQuotes(text, '.')
  if (parts.length > 2) throw new IdentifierError(`Invalid table name: ${text}`)
  const [first = '', second] = parts
  return second === undefined
    ? { schema: 'public', name: parseIdentifier(first) }
    : { schema: parseIdentifier(first), name: parseIdentifier(second) }
}
