import type pg from 'pg'
import { z } from 'zod'
import { kindOf, valueFromPg } from '../../../core/model/convert.ts'
import { columnsOf, ENTITY_NAMES, type EntityName } from '../../../core/model/entities.ts'
import type { Row, Value } from '../../../core/model/field.ts'
import { visibleRows } from '../../../server/gateway/visible-rows.ts'
import type { AuditLine, ServerEdit } from '../checks.ts'
import type { Member } from '../model/tables.ts'

const textRow = z.record(z.string(), z.string().nullable())

const toRow = (entity: EntityName, found: unknown): Row => {
  const values: Record<string, Value> = {}
  for (const [column, text] of Object.entries(textRow.parse(found)))
    values[column] = valueFromPg(kindOf(entity, column), text)
  return { ...values, id: String(values['id']), version: Number(values['version']) }
}

const select = (entity: EntityName): string =>
  `select ${columnsOf(entity)
    .map((column) => `"${column}"::text`)
    .join(', ')} from "${entity}"`

/** The rows that a member's replica must hold. */
export const expectedRows = async (
  sql: pg.Pool,
  workspace: string,
  member: Member,
): Promise<ReadonlyMap<EntityName, readonly Row[]>> => {
  const found = new Map<EntityName, readonly Row[]>()
  const asMember = { id: member.id, user_id: member.userId, role: member.role, display_name: '', email: '' }
  for (const entity of ENTITY_NAMES) {
    const where = visibleRows(entity, workspace, asMember)
    const { rows } = await sql.query(`${select(entity)} where ${where.sql}`, [...where.params])
    found.set(
      entity,
      rows.map((row) => toRow(entity, row)),
    )
  }
  return found
}

/** Every record, deleted ones too. */
export const allRows = async (sql: pg.Pool): Promise<ReadonlyMap<EntityName, ReadonlyMap<string, Row>>> => {
  const found = new Map<EntityName, ReadonlyMap<string, Row>>()
  for (const entity of ENTITY_NAMES) {
    const { rows } = await sql.query(select(entity))
    found.set(entity, new Map(rows.map((row) => toRow(entity, row)).map((row) => [row.id, row])))
  }
  return found
}

const ledgerRow = z.object({
  id: z.string(),
  status: z.enum(['accepted', 'refused']),
  code: z.string().nullable(),
})

/** The ledger, in the order of the transactions. */
export const ledgerOf = async (sql: pg.Pool): Promise<readonly ServerEdit[]> => {
  const { rows } = await sql.query(
    `select id, answer ->> 'status' as status, answer ->> 'code' as code from mutations
     order by (answer ->> 'txid')::bigint nulls last, at`,
  )
  return rows.map((row) => {
    const { id, status, code } = ledgerRow.parse(row)
    return { id, accepted: status === 'accepted', code }
  })
}

const auditRow = z.object({
  mutation_id: z.string().nullable(),
  entity: z.enum(ENTITY_NAMES),
  record_id: z.string(),
  changes: z.array(z.object({ field: z.string(), to: z.union([z.string(), z.number(), z.null()]) })),
})

/** The audit trail of changes that edits made, in its order. */
export const auditOf = async (sql: pg.Pool): Promise<readonly AuditLine[]> => {
  const { rows } = await sql.query('select mutation_id, entity, record_id, changes from audit_log order by id')
  return rows.map((row) => {
    const { mutation_id: mutationId, entity, record_id: recordId, changes } = auditRow.parse(row)
    return { mutationId, entity, recordId, changes: Object.fromEntries(changes.map(({ field, to }) => [field, to])) }
  })
}
