import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { EntityName } from '../../core/model/entities.ts'
import type { ShapeMessage } from '../../core/sync/shape-message.ts'
import { type Db, openDatabase } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import { ReplicaWriter } from '../../db/sqlite/replica-writer.ts'
import { REPLICA_MIGRATIONS } from '../../db/sqlite/schemas.ts'

const KEY = 'cd'.repeat(32)

/** A replica file with its writer, without threads or a server. */
export interface ReplicaBench {
  readonly dir: string
  readonly db: Db
  readonly writer: ReplicaWriter
  readonly reads: ReplicaReads
  close(): void
}

export const openReplicaBench = (
  entity: EntityName,
  dir = mkdtempSync(path.join(tmpdir(), 'outpost-replica-')),
): ReplicaBench => {
  const db = openDatabase({ path: path.join(dir, 'replica.db'), key: KEY, durability: 'normal' })
  migrate(db, REPLICA_MIGRATIONS)
  return {
    dir,
    db,
    writer: new ReplicaWriter(db, entity),
    reads: new ReplicaReads(db),
    close: () => {
      db.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

type Values = Readonly<Record<string, string | null>>

/** A row of a snapshot. */
export const snapshotRow = (value: Values): ShapeMessage => ({ value, headers: { operation: 'insert' } })
/** A change of the log. */
export const change = (operation: 'insert' | 'update' | 'delete', value: Values): ShapeMessage => ({
  value,
  headers: { operation, lsn: '26727088' },
})
export const SNAPSHOT_END: ShapeMessage = { headers: { control: 'snapshot-end' } }
export const UP_TO_DATE: ShapeMessage = { headers: { control: 'up-to-date' } }
