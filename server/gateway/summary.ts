import type pg from 'pg'
import { ENTITY_NAMES } from '../../core/model/entities.ts'
import { type Summary, summaryAnswer } from '../../core/protocol/gateway.ts'
import type { Member } from './membership.ts'
import type { RowCounts } from './row-counts.ts'
import { visibleRows } from './visible-rows.ts'

const workspaceRow = summaryAnswer.shape.workspace

/** Who the caller is here, and how many rows each of the caller's shapes holds. Runs inside `asMember`. */
export const summaryOf = async (
  client: pg.PoolClient,
  rowCounts: RowCounts,
  workspaceId: string,
  member: Member,
): Promise<Summary> => {
  const workspace = await client.query('select id, name, currency, time_zone from workspaces where id = $1', [
    workspaceId,
  ])
  const counts: Record<string, number> = {}
  for (const entity of ENTITY_NAMES) {
    counts[entity] = await rowCounts.of(client, entity, visibleRows(entity, workspaceId, member))
  }
  return summaryAnswer.parse({ workspace: workspaceRow.parse(workspace.rows[0]), member, counts })
}
