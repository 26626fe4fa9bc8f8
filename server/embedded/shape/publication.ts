import pg from 'pg'
import { parseLsn } from './offset.ts'
import { unavailable } from './request-error.ts'
import { newClient } from './session.ts'
import type { Table } from './table.ts'
import { quoteName, quoteText } from './where/print.ts'

export const PUBLICATION = 'outpost_shapes'
const LOCK_TIMEOUT_MS = 5_000
const LOCK_NOT_AVAILABLE = '55P03'

export type SlotState = {
  /** Slot names are shared by all databases of a server. */
  readonly name: string
  /** Identity of the cluster and database; positions of another one mean nothing. */
  readonly system: string
  /** Everything before it is gone from the slot. */
  readonly confirmedLsn: number
}

/** Makes the publication and the replication slot if they are missing, replaces a slot whose WAL is gone, and tells its state. */
export async function prepareSlot(client: pg.Client): Promise<SlotState> {
  const { rowCount } = await client.query('select from pg_publication where pubname = $1', [PUBLICATION])
  if (!rowCount) await client.query(`create publication ${PUBLICATION}`)
  const database = await client.query<{ oid: string; system: string }>(
    `select d.oid::int8::text oid, c.system_identifier::text system from pg_database d, pg_control_system() c
     where d.datname = current_database()`,
  )
  const { oid = '', system = '' } = database.rows[0] ?? {}
  const name = `outpost_shapes_${oid}`
  const read = async () =>
    (
      await client.query<{ lsn: string; lost: boolean }>(
        `select confirmed_flush_lsn::text lsn, wal_status = 'lost' lost from pg_replication_slots where slot_name = $1`,
        [name],
      )
    ).rows[0]
  let slot = await read()
  if (slot?.lost) {
    await client.query('select pg_drop_replication_slot($1)', [name])
    slot = undefined
  }
  if (!slot) {
    await client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [name])
    slot = await read()
  }
  return { name, system: `${system}/${oid}`, confirmedLsn: parseLsn(slot?.lsn ?? '0/0') }
}

/**
 * Makes the stream carry whole rows of a table. Taking the lock waits for every transaction that has already written to
 * the table: their changes lack the old rows, and would not be in the publication. Error: 503 after 5 s of waiting.
 */
export async function publishTable(databaseUrl: string, table: Table): Promise<void> {
  const client = newClient(databaseUrl)
  await client.connect()
  try {
    const { rows } = await client.query<{ full: boolean; published: boolean }>(
      `select relreplident = 'f' as "full", exists (
         select from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
         where r.prrelid = c.oid and p.pubname = $2) published
       from pg_class c where oid::int8 = $1`,
      [table.oid, PUBLICATION],
    )
    const state = rows[0]
    if (!state || (state.full && state.published)) return
    const name = `${quoteName(table.schema)}.${quoteName(table.name)}`
    await client.query(
      [
        'begin',
        `set local lock_timeout = ${quoteText(`${LOCK_TIMEOUT_MS}ms`)}`,
        `lock table ${name} in access exclusive mode`,
        ...(state.full ? [] : [`alter table ${name} replica identity full`]),
        ...(state.published ? [] : [`alter publication ${PUBLICATION} add table ${name}`]),
        'commit',
      ].join(';'),
    )
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE)
      throw unavailable('Snapshot timed out while waiting for a table lock', 10, {
        'electric-internal-known-error': 'true',
      })
    throw error
  } finally {
    await client.end()
  }
}
