import { IMPORT_ENTITIES, type ImportEntity } from '../../../core/csv/synonyms.ts'
import { OutpostError } from '../../../core/errors.ts'
import type { Value } from '../../../core/model/field.ts'
import type { ImportProgress } from '../../../core/protocol/window-api.ts'
import type { ImportHost } from './host.ts'

/** What the record of an import says that changes while it runs. */
export interface JobChange {
  readonly state: 'running' | 'done' | 'cancelled' | 'undone'
  readonly created_rows?: number
  readonly rejected_rows?: number
}

/** Writes the record of an import as an ordinary edit, outside of the import's own group: it stays when that is undone. */
export const createJobRecord = async (
  host: ImportHost,
  job: string,
  values: {
    readonly file_name: string
    readonly entity: ImportEntity
    readonly total_rows: number
    readonly created_by: string
  },
): Promise<void> => {
  const record = { ...values, state: 'running', created_rows: 0, rejected_rows: 0, group_id: job }
  const made = await host.submit([{ op: 'create', entity: 'import_jobs', record_id: job, values: record }], null)
  if (!made.ok) throw new OutpostError(made.error.code, made.error.message, made.error.context)
}

/** Changes it; answers false where the record is not listed: removed elsewhere, or not fetched yet. */
export const changeJobRecord = async (host: ImportHost, job: string, change: JobChange): Promise<boolean> => {
  const row = await host.row('import_jobs', job)
  if (!row) return false
  const values: Record<string, Value> = { ...change }
  const base = Object.fromEntries(Object.keys(values).map((column) => [column, row[column] ?? null]))
  const done = await host.submit([{ op: 'patch', entity: 'import_jobs', record_id: job, values, base }], null)
  if (!done.ok) throw new OutpostError(done.error.code, done.error.message, done.error.context)
  return true
}

const STATES = ['running', 'done', 'cancelled', 'undone'] as const

/** The record of an earlier import as the app lists it; null where it is of an entity that this version can't import. */
export const progressOfRecord = (row: Readonly<Record<string, Value>>): ImportProgress | null => {
  const entity = IMPORT_ENTITIES.find((name) => name === row['entity'])
  if (!entity) return null
  const count = (column: string): number => Number(row[column] ?? 0)
  return {
    job: String(row['id']),
    fileName: String(row['file_name'] ?? ''),
    entity,
    state: STATES.find((state) => state === row['state']) ?? 'done',
    bytesRead: 0,
    bytesTotal: 0,
    rows: count('total_rows'),
    created: count('created_rows'),
    rejectedCount: count('rejected_rows'),
    rejected: [],
    error: null,
  }
}
