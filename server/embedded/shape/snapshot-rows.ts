import type { ShapeDefinition } from './definition.ts'
import { jsonText } from './json-text.ts'
import { keyPrefix, rowKey } from './row-key.ts'
import { quoteName } from './where/print.ts'

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

const unescapeField = (field: string): string =>
  field.replace(/\\(.)/gs, (_all, character: string) => ESCAPES[character] ?? character)

/** The fields of one line of COPY's text format (Postgres manual, COPY, "Text Format"). */
export function parseCopyLine(line: string): (string | null)[] {
  const fields: (string | null)[] = line.split('\t')
  if (!line.includes('\\')) return fields
  return fields.map((field) => (field === '\\N' ? null : field?.includes('\\') ? unescapeField(field) : field))
}

/** The query whose rows `createRowWriter` reads: the shape's columns in its order, as the types print themselves. */
export const snapshotSql = ({ table, columns, where }: ShapeDefinition): string =>
  `copy (select ${columns.map(quoteName).join(', ')} from only ${quoteName(table.schema)}.${quoteName(table.name)}${
    where ? ` where ${where.sql}` : ''
  }) to stdout`

/**
 * Turns COPY lines into snapshot messages, as JSON. Electric casts each column to text, which differs from the type's own
 * text for booleans only: `true`, not `t`.
 */
export function createRowWriter(definition: ShapeDefinition): (line: string) => string {
  const { table, columns, keyColumns } = definition
  const prefix = keyPrefix(table.schema, table.name)
  const types = new Map(table.columns.map((column) => [column.name, column.baseType]))
  const names = columns.map((name, index) => `${index === 0 ? '' : ','}${JSON.stringify(name)}:`)
  const isBoolean = columns.map((name) => types.get(name) === 'bool')
  const keyIndexes = keyColumns.map((name) => columns.indexOf(name))
  const tail = `},"headers":{"relation":[${JSON.stringify(table.schema)},${JSON.stringify(table.name)}],"operation":"insert"}}`
  return (line) => {
    const fields = parseCopyLine(line)
    const key = rowKey(
      prefix,
      keyIndexes.map((index) => fields[index]),
    )
    let text = `{"key":${jsonText(key)},"value":{`
    for (let index = 0; index < names.length; index += 1) {
      const field = fields[index]
      text += names[index]
      if (field === null || field === undefined) text += 'null'
      else if (isBoolean[index]) text += field === 't' ? '"true"' : '"false"'
      else text += jsonText(field)
    }
    return text + tail
  }
}
