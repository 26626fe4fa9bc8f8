import { z } from 'zod'
import type { AppError } from '../errors.ts'
import { csvMapping, type ImportPreview, member, type RejectedRow } from '../protocol/window-api.ts'
import type { RowValues } from './rows.ts'
import { IMPORT_ENTITIES } from './synonyms.ts'

/** What the csv thread is started with (its worker data). Without a mapping it maps by header names. */
export const csvTask = z.strictObject({
  job: z.enum(['preview', 'import']),
  file: z.string().min(1),
  entity: z.enum(IMPORT_ENTITIES),
  mapping: csvMapping.nullable(),
  members: z.array(member),
  currency: z.string(),
})
export type CsvTask = z.infer<typeof csvTask>

/** Rows in one chunk, the good and the rejected together: one transaction of the outbox. */
export const CHUNK_ROWS = 1_000
/** Chunks that may be on their way before the thread waits for `more`: bounds memory by the slower side. */
export const CHUNK_CREDIT = 2

/** A row that can be stored as far as the file tells; `number` counts the data rows from 0. */
export interface StagedRow {
  readonly number: number
  readonly line: number
  readonly values: RowValues
  readonly cells: readonly string[]
}

/** csv thread → sync process. `checked` comes before the first `rows`: nothing is written before it. */
export type FromCsv =
  | { readonly t: 'preview'; readonly preview: ImportPreview }
  | { readonly t: 'checked'; readonly rows: number; readonly bytesTotal: number; readonly headers: readonly string[] }
  | {
      readonly t: 'rows'
      readonly rows: readonly StagedRow[]
      readonly rejected: readonly RejectedRow[]
      readonly bytesRead: number
    }
  | { readonly t: 'end' }
  | { readonly t: 'failed'; readonly error: AppError }

/** Sync process → csv thread: one chunk was taken. */
export type ToCsv = { readonly t: 'more' }
