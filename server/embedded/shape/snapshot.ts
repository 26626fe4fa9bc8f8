import type pg from 'pg'
import { copyOut } from './copy-out.ts'
import type { ShapeDefinition } from './definition.ts'
import { parseLsn } from './offset.ts'
import { type SnapshotFiles, snapshotEnd } from './snapshot-files.ts'
import { createRowWriter, snapshotSql } from './snapshot-rows.ts'
import type { PgSnapshot } from './visibility.ts'

type SnapshotRow = { xmin: string; xmax: string; xip: string[]; lsn: string }

/** Opens a transaction whose queries all see one state of the database, and tells which. */
export async function beginSnapshot(client: pg.Client): Promise<PgSnapshot> {
  await client.query('begin isolation level repeatable read read only')
  const taken = await client.query<Omit<SnapshotRow, 'lsn'>>(
    `select pg_snapshot_xmin(s)::text xmin, pg_snapshot_xmax(s)::text xmax,
       array(select x::text from pg_snapshot_xip(s) x) xip
     from (select pg_current_snapshot() s) q`,
  )
  // A later statement: what the snapshot sees was in the WAL before it, so this position is past all of it.
  const position = await client.query<Pick<SnapshotRow, 'lsn'>>('select pg_current_wal_insert_lsn()::text lsn')
  const row = taken.rows[0]
  const lsn = position.rows[0]?.lsn
  if (!row || !lsn) throw new Error('no snapshot')
  return { xmin: Number(row.xmin), xmax: Number(row.xmax), xip: row.xip.map(Number), lsn: parseLsn(lsn) }
}

/** Writes the shape's rows, as the open transaction sees them, into chunks of about `chunkBytes`. */
export async function writeSnapshot(
  client: pg.Client,
  definition: ShapeDefinition,
  snapshot: PgSnapshot,
  files: SnapshotFiles,
  chunkBytes: number,
): Promise<void> {
  const toMessage = createRowWriter(definition)
  let messages: string[] = []
  let size = 0
  await copyOut(client, snapshotSql(definition), (row) => {
    const message = toMessage(row.toString('utf8', 0, row.length - 1))
    messages.push(message)
    size += message.length
    if (size < chunkBytes) return
    files.addChunk(messages)
    messages = []
    size = 0
  })
  messages.push(snapshotEnd(snapshot))
  files.addChunk(messages)
}
