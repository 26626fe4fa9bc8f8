import { columnsOf, ENTITIES, ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Row, Value } from '../../core/model/field.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import { isOpen } from '../../core/sync/edit-state.ts'
import { planUpload } from '../../core/sync/lanes.ts'
import { fieldsOf } from '../../core/sync/open-edit.ts'
import type { StoredEdit } from '../../db/sqlite/outbox-store.ts'

/** What the server did with an edit, in the order of its doing. */
export interface ServerEdit {
  readonly id: string
  readonly accepted: boolean
  readonly code: string | null
}

export interface AuditLine {
  readonly mutationId: string | null
  readonly entity: EntityName
  readonly recordId: string
  readonly changes: Readonly<Record<string, Value>>
}

export interface ClientEnd {
  readonly name: string
  readonly edits: readonly StoredEdit[]
  rows(entity: EntityName): readonly Row[]
  expected(entity: EntityName): readonly Row[]
}

export interface End {
  readonly clients: readonly ClientEnd[]
  readonly promised: ReadonlyMap<string, number>
  /** Every edit that the server decided, each time that it did. */
  readonly decided: readonly ServerEdit[]
  readonly audit: readonly AuditLine[]
  /** Every record of the server, deleted ones too; and as it was before the first edit. */
  readonly serverRows: (entity: EntityName) => ReadonlyMap<string, Readonly<Record<string, Value>>>
  readonly firstRows: (entity: EntityName) => ReadonlyMap<string, Readonly<Record<string, Value>>>
}

export interface Findings {
  lost: string[]
  duplicated: string[]
  diverged: string[]
  stalled: string[]
  errors: string[]
}

export const noFindings = (): Findings => ({ lost: [], duplicated: [], diverged: [], stalled: [], errors: [] })

/** Compares where a run ended with everything that it was promised. */
export const check = (end: End): Findings => {
  const found = noFindings()
  checkEdits(end, found)
  checkOrder(end, found)
  checkAudit(end, found)
  for (const client of end.clients) checkRows(client, found)
  return found
}

const checkEdits = ({ clients, promised, decided }: End, found: Findings): void => {
  const byId = new Map<string, ServerEdit[]>()
  for (const one of decided) byId.set(one.id, [...(byId.get(one.id) ?? []), one])
  for (const [id, index] of promised)
    if (!clients[index]?.edits.some(({ edit }) => edit.id === id)) found.lost.push(`${id} is in no outbox`)
  for (const { name, edits } of clients) {
    const open = edits.flatMap((stored) => (isOpen(stored.state) ? [{ ...stored, state: stored.state }] : []))
    const { held } = planUpload(open, Number.MAX_SAFE_INTEGER)
    for (const { edit, state, answer } of edits) {
      const words = byId.get(edit.id) ?? []
      const accepted = words.filter((word) => word.accepted).length
      const what = `${name} ${edit.op} ${edit.entity} ${edit.id} ${state}`
      if (words.length > 1) found.duplicated.push(`${what}: decided ${words.length} times`)
      if (state === 'accepted') found.stalled.push(`${what}: its echo never came`)
      if ((state === 'accepted' || state === 'settled') && accepted === 0) found.lost.push(`${what}: not in the ledger`)
      if (state !== 'accepted' && state !== 'settled' && accepted > 0)
        found.lost.push(`${what}: the server accepted it`)
      if (state === 'refused' && (answer?.status !== 'refused' || answer.code === '' || answer.message === ''))
        found.lost.push(`${what}: refused without a reason`)
      if (edit.op === 'create' && answer?.status === 'refused' && answer.code === 'id_taken')
        found.duplicated.push(`${what}: its record was there already`)
      if ((state === 'queued' || state === 'sending') && !held.has(edit.id)) found.stalled.push(`${what}: still waits`)
    }
  }
}

/**
 * Accepted edits of one record by one client went in the order of their making. A refused field holds back only later
 * edits of that field, so patches of other fields, and a delete, may pass what it holds.
 */
const checkOrder = ({ clients, decided }: End, found: Findings): void => {
  const place = new Map<string, number>()
  decided.forEach(({ id, accepted }, index) => {
    if (accepted && !place.has(id)) place.set(id, index)
  })
  for (const { name, edits } of clients) {
    // A resent edit takes an earlier place than edits that have gone before it by right.
    const gone = edits.filter(({ edit, seq, pos }) => place.has(edit.id) && pos === seq)
    for (const [key, lane] of Map.groupBy(gone, ({ edit }) => `${edit.entity}/${edit.record_id}`))
      for (const [index, later] of lane.entries())
        for (const earlier of lane.slice(0, index))
          if (
            (place.get(later.edit.id) ?? 0) < (place.get(earlier.edit.id) ?? 0) &&
            mustFollow(earlier.edit, later.edit)
          )
            found.errors.push(`${name} ${later.edit.id} went before ${earlier.edit.id}, an earlier edit of ${key}`)
  }
}

const mustFollow = (earlier: Edit, later: Edit): boolean => {
  const fields = fieldsOf(earlier)
  return fields === null || (fieldsOf(later)?.some((field) => fields.includes(field)) ?? false)
}

/** Every change of a record is in its trail: the first rows with the trail played over them are the last rows. */
const checkAudit = ({ audit, serverRows, firstRows }: End, found: Findings): void => {
  const seen = new Set<string>()
  const played = new Map<string, Record<string, Value>>()
  for (const { mutationId, entity, recordId, changes } of audit) {
    const key = `${entity}/${recordId}`
    const once = `${mutationId} ${key}`
    if (mutationId !== null && seen.has(once)) found.duplicated.push(`${once}: two entries in the audit trail`)
    seen.add(once)
    played.set(key, { ...(played.get(key) ?? firstRows(entity).get(recordId) ?? {}), ...changes })
  }
  for (const entity of ENTITY_NAMES) {
    const columns = Object.entries(ENTITIES[entity].fields).flatMap(([name, { editable }]) => (editable ? [name] : []))
    for (const [id, row] of serverRows(entity)) {
      const trail = played.get(`${entity}/${id}`) ?? firstRows(entity).get(id) ?? {}
      const wrong = columns.filter((column) => (trail[column] ?? null) !== (row[column] ?? null))
      if (wrong.length > 0) found.errors.push(`the audit trail of ${entity} ${id} misses ${wrong.join(', ')}`)
    }
  }
}

const checkRows = (client: ClientEnd, found: Findings): void => {
  for (const entity of ENTITY_NAMES) {
    const wanted = new Map(client.expected(entity).map((row) => [row.id, row]))
    for (const row of client.rows(entity)) {
      const other = wanted.get(row.id)
      wanted.delete(row.id)
      if (!other) found.diverged.push(`${client.name} has ${entity} ${row.id}, which is not in its shard`)
      else {
        const wrong = columnsOf(entity).filter((column) => (row[column] ?? null) !== (other[column] ?? null))
        if (wrong.length > 0)
          found.diverged.push(
            `${client.name} ${entity} ${row.id}: ${wrong.map((c) => `${c} ${row[c]} ≠ ${other[c]}`).join(', ')}`,
          )
      }
    }
    for (const id of wanted.keys()) found.diverged.push(`${client.name} has no ${entity} ${id}`)
  }
}
