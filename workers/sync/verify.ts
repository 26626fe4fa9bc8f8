import { OutpostError } from '../../core/errors.ts'
import { ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { Bucket, ReaderCalls } from './reader-calls.ts'
import { thrownReply } from './reply-error.ts'
import type { ThreadClient } from './thread-client.ts'

/** How often differing buckets are compared again after a catch-up, before they count (rule V-2). */
const ROUNDS = 3

export interface EntityDifference {
  readonly entity: EntityName
  /** On the server and not here. */
  readonly missing: readonly string[]
  /** Here and not on the server. */
  readonly extra: readonly string[]
  /** On both sides with other contents. */
  readonly different: readonly string[]
}

export interface Verification {
  readonly records: number
  readonly differences: number
  readonly entities: readonly EntityDifference[]
  /** Epoch ms. */
  readonly at: number
}

export interface VerifyDeps {
  readonly gateway: GatewayClient
  readonly reader: ThreadClient<ReaderCalls>
  /** Brings a shape to the end of the log. */
  readonly catchUp: (entity: EntityName) => Promise<void>
  readonly now: () => number
}

/**
 * Compares every shape with the server by 256 buckets of count and hash sum (rules V-1, V-2). A bucket that differs is
 * compared again after a catch-up, since the two sides are not read at the same moment; what still differs is named.
 */
export const verify = async (deps: VerifyDeps): Promise<Verification> => {
  let records = 0
  const entities: EntityDifference[] = []
  for (const entity of ENTITY_NAMES) {
    const { count, difference } = await verifyEntity(deps, entity)
    records += count
    if (difference) entities.push(difference)
  }
  const differences = entities.reduce(
    (sum, { missing, extra, different }) => sum + missing.length + extra.length + different.length,
    0,
  )
  return { records, differences, entities, at: deps.now() }
}

const verifyEntity = async (
  deps: VerifyDeps,
  entity: EntityName,
): Promise<{ count: number; difference: EntityDifference | null }> => {
  let suspects: readonly number[] | null = null
  for (let round = 0; ; round++) {
    const theirs = await serverBuckets(deps, entity, suspects ?? [])
    const ours = await deps.reader.call('buckets', entity)
    const count = ours.reduce((sum, bucket) => sum + bucket.count, 0)
    suspects = differing(theirs, ours, suspects)
    if (suspects.length === 0) return { count, difference: null }
    if (round === ROUNDS) {
      const difference = await nameDifferences(deps, entity, suspects)
      const any = difference.missing.length + difference.extra.length + difference.different.length > 0
      return { count, difference: any ? difference : null }
    }
    await deps.catchUp(entity)
  }
}

const serverBuckets = async (
  { gateway }: VerifyDeps,
  entity: EntityName,
  buckets: readonly number[],
): Promise<readonly Bucket[]> => {
  const reply = await gateway.checksums(entity, buckets)
  if (reply.kind !== 'ok') throw thrownReply(reply)
  return reply.value.buckets
}

/** Buckets that differ, among those asked for; one that either side does not name is empty. */
const differing = (
  theirs: readonly Bucket[],
  ours: readonly Bucket[],
  asked: readonly number[] | null,
): readonly number[] => {
  const wanted = asked === null ? null : new Set(asked)
  const told = new Map(theirs.map((bucket) => [bucket.bucket, bucket]))
  return ours
    .filter(({ bucket, count, sum }) => {
      if (wanted && !wanted.has(bucket)) return false
      const other = told.get(bucket) ?? { count: 0, sum: '0' }
      return other.count !== count || other.sum !== sum
    })
    .map(({ bucket }) => bucket)
}

const nameDifferences = async (
  { gateway, reader }: VerifyDeps,
  entity: EntityName,
  buckets: readonly number[],
): Promise<EntityDifference> => {
  const reply = await gateway.checksums(entity, buckets)
  if (reply.kind !== 'ok') throw thrownReply(reply)
  if (!reply.value.rows) throw new OutpostError('internal', 'The server did not name the rows of differing buckets')
  const theirs = new Map(reply.value.rows.map((row) => [row.id, row.hash]))
  const ours = new Map((await reader.call('hashes', { entity, buckets })).map((row) => [row.id, row.hash]))
  return {
    entity,
    missing: [...theirs.keys()].filter((id) => !ours.has(id)).sort(),
    extra: [...ours.keys()].filter((id) => !theirs.has(id)).sort(),
    different: [...ours]
      .filter(([id, hash]) => theirs.has(id) && theirs.get(id) !== hash)
      .map(([id]) => id)
      .sort(),
  }
}
