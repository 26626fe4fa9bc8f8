import { isUnresolved, type RowValues } from '../../../core/csv/rows.ts'
import type { ImportEntity } from '../../../core/csv/synonyms.ts'
import type { StagedRow } from '../../../core/csv/thread.ts'
import { ENTITIES } from '../../../core/model/entities.ts'
import type { EditInput } from '../../../core/protocol/edit.ts'
import type { RejectedRow } from '../../../core/protocol/window-api.ts'
import type { KeyIndex } from './keys.ts'
import { rowId } from './row-id.ts'

/** What is there already: records to tell duplicates by, accounts to hang children on. */
export interface Known {
  readonly duplicates: KeyIndex
  readonly accounts: KeyIndex
}

export interface ChunkPlan {
  readonly creates: readonly EditInput[]
  /** Rows that name an account that is not there, or is there twice. */
  readonly rejected: readonly RejectedRow[]
  /** Rows that are there already. */
  readonly skipped: readonly RejectedRow[]
}

/**
 * What becomes of the rows of a chunk. Rows made are added to `known.duplicates`, so that a file's second row of the
 * same key is skipped too.
 */
export const planChunk = (job: string, entity: ImportEntity, rows: readonly StagedRow[], known: Known): ChunkPlan => {
  const creates: EditInput[] = []
  const rejected: RejectedRow[] = []
  const skipped: RejectedRow[] = []
  for (const { number, line, values, cells } of rows) {
    const away = (reason: string): RejectedRow => ({ line, reason, cells: [...cells] })
    const match = known.duplicates.match(values)
    if (match !== null) {
      const label = ENTITIES[entity].fields[match]?.label ?? match
      skipped.push(away(`is there already: the same ${label}`))
      continue
    }
    const resolved = withAccountIds(entity, values, known.accounts)
    if ('problem' in resolved) {
      rejected.push(away(resolved.problem))
      continue
    }
    const id = rowId(job, number)
    known.duplicates.add(id, values)
    creates.push({ op: 'create', entity, record_id: id, values: resolved.values })
  }
  return { creates, rejected, skipped }
}

/** Puts an account's id in place of its name or external id. */
export const withAccountIds = (
  entity: ImportEntity,
  values: RowValues,
  accounts: KeyIndex,
): { readonly values: Record<string, string | number | null> } | { readonly problem: string } => {
  const next = { ...values }
  for (const [column, value] of Object.entries(values)) {
    if (!isUnresolved(entity, column) || typeof value !== 'string') continue
    const label = ENTITIES[entity].fields[column]?.label ?? column
    const found = accounts.find(value)
    if (found === null) return { problem: `${label} is not in the workspace` }
    if (found === 'several') return { problem: `${label} is the name of several accounts: give the external id` }
    next[column] = found.id
  }
  return { values: next }
}

/** The fields of accounts by which a child names its account, most telling first. */
export const ACCOUNT_KEYS = ['id', 'external_id', 'company'] as const
