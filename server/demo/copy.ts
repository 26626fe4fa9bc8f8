import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { kindOf } from '../../core/model/convert.ts'
import { columnsOf, type EntityName } from '../../core/model/entities.ts'
import type { Row, Value } from '../../core/model/field.ts'

const CHUNK_CHARS = 128 * 1024
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** A value in row form as COPY's text format wants it. */
const cellOf = (kind: ReturnType<typeof kindOf>, value: Value | undefined): string => {
  if (value === null || value === undefined) return '\\N'
  if (kind === 'instant') return new Date(Number(value)).toISOString()
  if (typeof value === 'number') return kind === 'bool' ? (value === 1 ? 't' : 'f') : String(value)
  return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character) : value
}

/**
 * Streams rows into a table by COPY, a chunk at a time.
 *
 * @param onRows told how many rows of this table have gone out so far, once a chunk
 */
export const copyRows = async (
  client: pg.ClientBase,
  entity: EntityName,
  workspaceId: string | null,
  rows: Iterable<Row>,
  onRows: (done: number) => void = () => {},
): Promise<number> => {
  const columns = columnsOf(entity)
  const kinds = columns.map((column) => kindOf(entity, column))
  const names = workspaceId === null ? columns : ['workspace_id', ...columns]
  let done = 0
  function* chunks(): Generator<string> {
    let chunk = ''
    for (const row of rows) {
      const cells = columns.map((column, index) => cellOf(kinds[index] ?? 'text', row[column]))
      chunk += `${workspaceId === null ? '' : `${workspaceId}\t`}${cells.join('\t')}\n`
      done += 1
      if (chunk.length < CHUNK_CHARS) continue
      yield chunk
      chunk = ''
      onRows(done)
    }
    if (chunk !== '') yield chunk
  }
  const into = client.query(copyFrom(`copy ${entity} (${names.join(', ')}) from stdin`))
  await pipeline(Readable.from(chunks(), { objectMode: true }), into)
  onRows(done)
  return done
}
