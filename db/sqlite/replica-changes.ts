import type { EntityName } from '../../core/model/entities.ts'
import type { Db } from './connection.ts'

/** A point in the life of a replica: which rows it has been following, and the last change noted by then. */
export interface ChangesEnd {
  /** Another one where rows came or went without a note since. */
  readonly epoch: string
  readonly seq: number
}

export interface ChangedRecord {
  readonly entity: EntityName
  readonly id: string
}

const NEW_EPOCH = `values ('epoch', lower(hex(randomblob(16))))`

/** Gives a replica an epoch where it has none. */
export const beginEpoch = (db: Db): void => {
  db.prepare(`insert or ignore into meta ${NEW_EPOCH}`).run()
}

/** Rows came or went that no change names. Inside the caller's transaction. */
export const renewEpoch = (db: Db): void => {
  db.prepare(`insert or replace into meta ${NEW_EPOCH}`).run()
}

/** How far the replica's noted changes have come. */
export const changesEnd = (db: Db): ChangesEnd => {
  const epoch = db.prepare<[], { value: string }>(`select value from meta where key = 'epoch'`).get()?.value ?? ''
  // The counter stays where every change was forgotten.
  const seq = db.prepare<[], { seq: number }>(`select seq from sqlite_sequence where name = 'changes'`).get()?.seq ?? 0
  return { epoch, seq }
}

/**
 * The records that changed after a point, each once; null where that is not known any more, or where they are more than
 * `limit`.
 */
export const changesSince = (db: Db, point: ChangesEnd, limit: number): readonly ChangedRecord[] | null =>
  // One transaction, so that the writer's commits come before all of it or after.
  db.transaction(() => {
    const end = changesEnd(db)
    if (end.epoch === '' || end.epoch !== point.epoch || point.seq > end.seq || end.seq - point.seq > limit) return null
    const found = db
      .prepare<[number], { seq: number; entity: EntityName; id: string }>(
        'select min(seq) as seq, entity, id from changes where seq > ? group by entity, id',
      )
      .all(point.seq)
    const first = found.reduce((least, { seq }) => Math.min(least, seq), Number.POSITIVE_INFINITY)
    if (end.seq > point.seq && first !== point.seq + 1) return null
    return found.map(({ entity, id }) => ({ entity, id }))
  })()

/** Forgets changes up to and with a number. Inside the caller's transaction. */
export const forgetChanges = (db: Db, seq: number): void => {
  db.prepare('delete from changes where seq <= ?').run(seq)
}
