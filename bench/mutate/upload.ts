import pg from 'pg'
import type { Edit } from '../../core/protocol/edit.ts'
import { mutationsAnswer } from '../../core/protocol/gateway.ts'
import { asMember } from '../../server/gateway/as-member.ts'
import type { BenchServer } from '../world/server.ts'
import type { SyncProcess } from '../world/sync-process.ts'
import { newId } from './edits.ts'

const SUBMITTED_AT_ONCE = 250

/** A change of one account's city. */
export interface CityEdit {
  readonly record_id: string
  readonly from: string | null
  readonly to: string
}

const submit = async (sync: SyncProcess, edits: readonly CityEdit[]): Promise<readonly string[]> => {
  const ids: string[] = []
  for (let at = 0; at < edits.length; at += SUBMITTED_AT_ONCE) {
    const inputs = edits.slice(at, at + SUBMITTED_AT_ONCE).map(({ record_id, from, to }) => ({
      op: 'patch' as const,
      entity: 'accounts' as const,
      record_id,
      values: { city: to },
      base: { city: from },
    }))
    ids.push(...(await sync.call('edits.submit', { edits: inputs })).ids)
  }
  return ids
}

/** Queues edits while signed out, then signs in: milliseconds until the last one is accepted. */
export const upload = async (
  sync: SyncProcess,
  token: string,
  edits: readonly CityEdit[],
): Promise<{ readonly elapsedMs: number; readonly ids: readonly string[] }> => {
  sync.setToken(null)
  await sync.until('status', ({ state }) => state === 'signed_out')
  const ids = await submit(sync, edits)
  const accepted = sync.until('outbox', ({ pending }) => pending === 0)
  const startedMs = performance.now()
  sync.setToken(token)
  await accepted
  return { elapsedMs: performance.now() - startedMs, ids }
}

/** How many edits went in each transaction, in the order sent. */
export const batchSizes = async (server: BenchServer, ids: readonly string[]): Promise<readonly number[]> => {
  const client = new pg.Client({ connectionString: server.postgresUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int n from mutations where id = any($1) group by (answer ->> 'txid')::bigint order by (answer ->> 'txid')::bigint`,
      [ids],
    )
    return rows.map(({ n }) => n)
  } finally {
    await client.end()
  }
}

/** The same edits in the same batches by `apply_mutations` on one connection, as the gateway calls it: milliseconds. */
export const direct = async (
  server: BenchServer,
  edits: readonly CityEdit[],
  sizes: readonly number[],
): Promise<number> => {
  const pool = new pg.Pool({ connectionString: server.postgresUrl, max: 1 })
  const clientId = newId()
  const { rows } = await pool.query<{ user_id: string }>(
    `select user_id from workspace_members where workspace_id = $1 and role = 'admin' limit 1`,
    [server.workspaceId],
  )
  const caller = { workspaceId: server.workspaceId, userId: rows[0]?.user_id ?? '' }
  const batches: Edit[][] = []
  let at = 0
  for (const size of sizes) {
    batches.push(edits.slice(at, at + size).map(asEdit))
    at += size
  }
  const startedMs = performance.now()
  for (const batch of batches) {
    const answer = await asMember(pool, caller, 60_000, (client) =>
      client.query<{ answer: unknown }>({
        name: 'apply_mutations',
        text: 'select public.apply_mutations($1, $2, $3, $4) as answer',
        values: [caller.workspaceId, caller.userId, clientId, JSON.stringify(batch)],
      }),
    )
    const { results } = mutationsAnswer.parse(answer.rows[0]?.answer)
    if (results.some(({ status }) => status !== 'accepted')) throw new Error('An edit was not accepted.')
  }
  const elapsedMs = performance.now() - startedMs
  await pool.end()
  return elapsedMs
}

const asEdit = ({ record_id, from, to }: CityEdit): Edit => ({
  id: newId(),
  entity: 'accounts',
  record_id,
  op: 'patch',
  patch: [
    { op: 'test', path: '/city', value: from },
    { op: 'replace', path: '/city', value: to },
  ],
})
