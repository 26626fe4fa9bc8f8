import { join } from 'node:path'
import { z } from 'zod'
import { ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { OutboxStore, type StoredEdit } from '../../db/sqlite/outbox-store.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'

const idRow = z.object({ id: z.string() })

/** Every edit that an outbox ever held, finished ones too, in the order of making. */
export const readOutbox = (dir: string, key: string): readonly StoredEdit[] => {
  const db = openDatabase({ path: join(dir, 'outbox.db'), key, durability: 'full' })
  try {
    const store = new OutboxStore(db)
    return db
      .prepare('select id from edits order by seq')
      .all()
      .flatMap((row) => store.find(idRow.parse(row).id) ?? [])
  } finally {
    db.close()
  }
}

/** Every server row of a replica. */
export const readReplica = (dir: string, key: string): ReadonlyMap<EntityName, readonly Row[]> => {
  const db = openDatabase({ path: join(dir, 'replica.db'), key, durability: 'normal' })
  try {
    const reads = new ReplicaReads(db)
    return new Map(ENTITY_NAMES.map((entity) => [entity, reads.all(entity)]))
  } finally {
    db.close()
  }
}
