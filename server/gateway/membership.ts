import type pg from 'pg'
import type { z } from 'zod'
import { summaryAnswer } from '../../core/protocol/gateway.ts'
import type { Caller } from './as-member.ts'
import { GatewayError } from './gateway-error.ts'
import { fromPostgres } from './postgres-errors.ts'

const memberRow = summaryAnswer.shape.member
export type Member = z.infer<typeof memberRow>

/**
 * The caller's live membership, asked of Postgres on every request: access ends with the membership, not with the token.
 *
 * @throws GatewayError `no_access` without one
 */
export const membershipOf = async (pool: pg.Pool, { workspaceId, userId }: Caller): Promise<Member> => {
  const { rows } = await pool
    .query<Record<string, unknown>>('select * from app.membership($1, $2)', [workspaceId, userId])
    .catch((thrown: unknown) => {
      throw fromPostgres(thrown)
    })
  if (!rows[0]) throw new GatewayError('no_access')
  return memberRow.parse(rows[0])
}
