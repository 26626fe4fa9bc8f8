import { ENTITIES, type EntityName } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import type { RowChange } from './tables.ts'

/** One change of one record, as the audit trigger writes it. */
export interface AuditEntry {
  readonly mutationId: string | null
  readonly clientId: string | null
  readonly entity: EntityName
  readonly recordId: string
  readonly version: number
  readonly changes: Readonly<Record<string, Value>>
}

/** A change of stamps or derived columns alone leaves no entry. */
export const auditOf = (
  { entity, id, before, after }: RowChange,
  by: { readonly mutationId: string | null; readonly clientId: string | null },
): AuditEntry | null => {
  const columns = Object.entries(ENTITIES[entity].fields).flatMap(([column, { editable }]) =>
    editable ? [column] : [],
  )
  const changed = columns.filter((column) => (before?.values[column] ?? null) !== (after.values[column] ?? null))
  if (before && changed.length === 0 && before.deletedBy === after.deletedBy) return null
  return {
    ...by,
    entity,
    recordId: id,
    version: Number(after.values['version']),
    changes: Object.fromEntries(changed.map((column) => [column, after.values[column] ?? null])),
  }
}
