import pg from 'pg'
import { GatewayError } from './gateway-error.ts'

/** Deadlock, serialisation failure, and a concurrent send of the same edit (the ledger's key): done again at once, it succeeds. */
const CONFLICT_STATES = new Set(['40P01', '40001'])

export const isConcurrencyConflict = (thrown: unknown): boolean =>
  thrown instanceof pg.DatabaseError &&
  (CONFLICT_STATES.has(thrown.code ?? '') || (thrown.code === '23505' && thrown.constraint === 'mutations_pkey'))

/** Classes of SQLSTATE that pass by themselves: connection, rollback, resources, operator intervention, lock not available, system. */
const PASSING_CLASSES = new Set(['08', '40', '53', '55', '57', '58'])

const isPassing = (thrown: unknown): boolean => {
  if (isConcurrencyConflict(thrown)) return true
  if (thrown instanceof pg.DatabaseError) return PASSING_CLASSES.has((thrown.code ?? '').slice(0, 2))
  // What `pg` throws without a SQLSTATE is about the connection: refused, reset, ended, no slot in time.
  return (
    thrown instanceof Error &&
    ('code' in thrown || /connection|terminated|timeout/i.test(thrown.message)) &&
    !(thrown instanceof TypeError)
  )
}

/** What a failure of Postgres means to the client: 403 for a membership that ended meanwhile, 503 for what passes, else 500. */
export const fromPostgres = (thrown: unknown): GatewayError => {
  if (thrown instanceof GatewayError) return thrown
  if (thrown instanceof pg.DatabaseError && thrown.code === '42501' && thrown.message.startsWith('not a member'))
    return new GatewayError('no_access', { cause: thrown })
  return new GatewayError(isPassing(thrown) ? 'server_busy' : 'internal', { cause: thrown })
}
