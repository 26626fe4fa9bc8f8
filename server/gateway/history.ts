import type pg from 'pg'
import type { EntityName } from '../../core/model/entities.ts'
import { type History, historyAnswer } from '../../core/protocol/gateway.ts'

/** The most entries answered; a record's life is rarely longer. */
const MAX_ENTRIES = 500

/**
 * A record's audit trail, newest first; empty for a record that the caller does not see. Row-level security decides (the policy of
 * `audit_log` asks for the record itself). Runs inside `asMember`.
 */
export const historyOf = async (client: pg.PoolClient, entity: EntityName, id: string): Promise<History> => {
  const { rows } = await client.query(
    `select mutation_id, action, member_id, app.epoch_ms(at)::float8 as at, changes from audit_log
     where record_id = $1 and entity = $2 order by id desc limit ${MAX_ENTRIES}`,
    [id, entity],
  )
  return historyAnswer.parse({ entries: rows })
}
