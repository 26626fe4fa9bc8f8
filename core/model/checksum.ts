import { columnsOf, type EntityName } from './entities.ts'
import type { Row } from './field.ts'

/** How many buckets a table's rows are spread over for verification: the first byte of md5(id). */
export const BUCKETS = 256

/**
 * The canonical text of a row: every column of `columnsOf(entity)` in order, its row form as text, null as `\N`,
 * joined by U+001F. `server/gateway` builds the same text in SQL; the row's hash is the first 12 hex digits of
 * md5 of its UTF-8, read as an integer.
 */
export const canonicalText = (entity: EntityName, row: Row): string =>
  columnsOf(entity)
    .map((column) => {
      const value = row[column]
      return value === null || value === undefined ? '\\N' : String(value)
    })
    .join('\u001f')
