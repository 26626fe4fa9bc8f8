import type pg from 'pg'
import { z } from 'zod'
import { kindOf } from '../../core/model/convert.ts'
import { columnsOf, type EntityName } from '../../core/model/entities.ts'
import type { Checksums } from '../../core/protocol/gateway.ts'
import type { Member } from './membership.ts'
import { visibleRows } from './visible-rows.ts'

/** SQL of a column's row form as text; see `FieldKind`. */
const formOf = (entity: EntityName, column: string): string => {
  switch (kindOf(entity, column)) {
    case 'instant':
      return `app.epoch_ms("${column}")::text`
    case 'day':
      return `to_char("${column}", 'YYYY-MM-DD')`
    case 'bool':
      return `"${column}"::int::text`
    default:
      return `"${column}"::text`
  }
}

/** SQL of `canonicalText` (core/model/checksum.ts). */
export const canonicalTextSql = (entity: EntityName): string =>
  columnsOf(entity)
    .map((column) => `coalesce(${formOf(entity, column)}, '\\N')`)
    .join(" || E'\\x1f' || ")

/** SQL of a row's hash: the first 12 hex digits of md5 of its canonical text, as an integer. */
const hashSql = (entity: EntityName): string => `('x' || left(md5(${canonicalTextSql(entity)}), 12))::bit(48)::bigint`
const BUCKET_SQL = "('x' || left(md5(id::text), 2))::bit(8)::int"

const bucketRow = z.object({ bucket: z.number(), count: z.coerce.number(), sum: z.string() })
const hashRow = z.object({ id: z.string(), hash: z.coerce.number(), version: z.coerce.number() })

/**
 * Counts and hash sums of the caller's rows of one entity by bucket, empty buckets left out; every row of the buckets asked for.
 * Runs inside `asMember`.
 */
export const checksumsOf = async (
  client: pg.PoolClient,
  entity: EntityName,
  workspaceId: string,
  member: Member,
  buckets: readonly number[] | null,
): Promise<Checksums> => {
  const where = visibleRows(entity, workspaceId, member)
  const hashed = `select id, version, ${BUCKET_SQL} as bucket, ${hashSql(entity)} as hash from ${entity} where ${where.sql}`
  const sums = await client.query(
    `select bucket, count(*) as count, sum(hash)::text as sum from (${hashed}) h group by bucket order by bucket`,
    [...where.params],
  )
  const answer = { entity, buckets: z.array(bucketRow).parse(sums.rows) }
  if (!buckets) return answer
  const rows = await client.query(
    `select id, hash, version from (${hashed}) h where bucket = any ($${where.params.length + 1}::int[]) order by id`,
    [...where.params, buckets],
  )
  return { ...answer, rows: z.array(hashRow).parse(rows.rows) }
}
