import { hash } from 'node:crypto'
import { BUCKETS, canonicalText } from '../../core/model/checksum.ts'
import type { EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import type { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import type { Bucket, HashedRow } from './reader-calls.ts'

/** The bucket of a record: the first byte of md5(id) (core/model/checksum.ts). */
export const bucketOf = (id: string): number => Number.parseInt(hash('md5', id, 'hex').slice(0, 2), 16)

/** A row's hash: the first 12 hex digits of md5 of its canonical text, as an integer. */
export const rowHash = (entity: EntityName, row: Row): number =>
  Number.parseInt(hash('md5', canonicalText(entity, row), 'hex').slice(0, 12), 16)

/** Count and sum of the rows' hashes for every bucket, empty ones included. */
export const bucketsOf = (reads: ReplicaReads, entity: EntityName): readonly Bucket[] => {
  const counts = new Array<number>(BUCKETS).fill(0)
  const sums = new Array<bigint>(BUCKETS).fill(0n)
  for (const row of reads.each(entity)) {
    const bucket = bucketOf(row.id)
    counts[bucket] = (counts[bucket] ?? 0) + 1
    sums[bucket] = (sums[bucket] ?? 0n) + BigInt(rowHash(entity, row))
  }
  return counts.map((count, bucket) => ({ bucket, count, sum: String(sums[bucket]) }))
}

/** Every row of some buckets with its hash. */
export const hashesOf = (reads: ReplicaReads, entity: EntityName, buckets: readonly number[]): readonly HashedRow[] => {
  const wanted = new Set(buckets)
  const found: HashedRow[] = []
  for (const row of reads.each(entity))
    if (wanted.has(bucketOf(row.id))) found.push({ id: row.id, hash: rowHash(entity, row), version: row.version })
  return found
}
