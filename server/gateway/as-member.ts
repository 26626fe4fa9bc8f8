import pg from 'pg'
import { fromPostgres } from './postgres-errors.ts'

/** Whose request it is: from the URL and from the checked token. */
export interface Caller {
  readonly workspaceId: string
  readonly userId: string
}

/**
 * Runs `work` in one transaction as `outpost_app`, confined by row-level security to what the caller may see.
 *
 * @throws GatewayError; the transaction is rolled back
 */
export async function asMember<T>(
  pool: pg.Pool,
  caller: Caller,
  timeoutMs: number,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  let client: pg.PoolClient
  try {
    client = await pool.connect()
  } catch (thrown) {
    throw fromPostgres(thrown)
  }
  // A connection that breaks while in use emits 'error' besides failing its query; unheard, it would end the process.
  const ignore = () => {}
  client.on('error', ignore)
  let broken = false
  try {
    await client.query(
      `begin; set local role outpost_app; set local statement_timeout = ${Math.floor(timeoutMs)}; ` +
        `select set_config('app.workspace_id', ${pg.escapeLiteral(caller.workspaceId)}, true), ` +
        `set_config('app.user_id', ${pg.escapeLiteral(caller.userId)}, true)`,
    )
    const answer = await work(client)
    await client.query('commit')
    return answer
  } catch (thrown) {
    await client.query('rollback').catch(() => {
      broken = true
    })
    throw fromPostgres(thrown)
  } finally {
    client.off('error', ignore)
    client.release(broken)
  }
}
