import type pg from 'pg'
import { z } from 'zod'
import { ENTITY_NAMES } from '../../core/model/entities.ts'
import { type Summary, summaryAnswer } from '../../core/protocol/gateway.ts'
import type { Member } from './membership.ts'
import { visibleRows } from './visible-rows.ts'

const workspaceRow = summaryAnswer.shape.workspace
const countRow = z.object({ count: z.coerce.number() })

/** Who the caller is here, and how many rows each of the caller's shapes holds. Runs inside `asMember`. */
export const summaryOf = async (client: pg.PoolClient, workspaceId: string, member: Member): Promise<Summary> => {
  const workspace = await client.query('select id, name, currency, time_zone from workspaces where id = $1', [
    workspaceId,
  ])
  const counts: Record<string, number> = {}
  for (const entity of ENTITY_NAMES) {
    const where = visibleRows(entity, workspaceId, member)
    const { rows } = await client.query(`select count(*) as count from ${entity} where ${where.sql}`, [...where.params])
    counts[entity] = countRow.parse(rows[0]).count
  }
  return summaryAnswer.parse({ workspace: workspaceRow.parse(workspace.rows[0]), member, counts })
}
