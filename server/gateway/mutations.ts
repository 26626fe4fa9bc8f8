import type pg from 'pg'
import { appError } from '../../core/errors.ts'
import { ENTITIES } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import { checkValues } from '../../core/model/validate.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import { type MutationsAnswer, type MutationsRequest, mutationsAnswer } from '../../core/protocol/gateway.ts'
import { asMember, type Caller } from './as-member.ts'
import { GatewayError } from './gateway-error.ts'
import { isConcurrencyConflict } from './postgres-errors.ts'

const ATTEMPTS = 3

/** What Postgres cannot hold in jsonb: the character NUL and lone surrogates. One such edit would abort its whole batch. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000')
const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\ufffd')

/** The values that an edit writes. */
const writtenValues = (edit: Edit): Readonly<Record<string, Value>> | null => {
  if (edit.op === 'create') return edit.values
  if (edit.op !== 'patch') return null
  const replaced = edit.patch.filter(({ op }) => op === 'replace')
  return Object.fromEntries(replaced.map(({ path, value }) => [path.slice(1), value]))
}

/**
 * An edit as `apply_mutations` takes it: with `refuse` where the model finds its values wrong. Such an edit is sent along all the same,
 * so that its verdict enters the ledger in its place.
 */
export const prepared = (edit: Edit): Record<string, unknown> => {
  const text = JSON.stringify(edit, (_key, item: unknown) =>
    typeof item === 'string' && !isStorable(item) ? storable(item) : item,
  )
  const safe = JSON.parse(text) as Record<string, unknown>
  const values = writtenValues(edit)
  const wrong =
    values && ENTITIES[edit.entity].writable
      ? checkValues(edit.entity, values, edit.op === 'create' ? 'create' : 'patch')
      : null
  const unstorable =
    text === JSON.stringify(edit)
      ? null
      : appError('invalid_input', 'The text holds a character that cannot be stored.')
  const problem = wrong ?? unstorable
  if (!problem) return safe
  return {
    ...safe,
    refuse: { code: problem.code, message: problem.message, field: problem.context?.['field'] ?? null },
  }
}

/**
 * Applies a batch: one transaction, a verdict for each edit. Deadlocks and concurrent sends of the same edits are tried again at once.
 *
 * @throws GatewayError `server_busy` when nothing was decided (send it again), `no_access`, `internal`
 */
export const applyBatch = async (
  pool: pg.Pool,
  caller: Caller,
  timeoutMs: number,
  request: MutationsRequest,
): Promise<MutationsAnswer> => {
  const edits = JSON.stringify(request.edits.map(prepared))
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await asMember(pool, caller, timeoutMs, async (client) => {
        const { rows } = await client.query<{ answer: unknown }>({
          name: 'apply_mutations',
          text: 'select public.apply_mutations($1, $2, $3, $4) as answer',
          values: [caller.workspaceId, caller.userId, request.client_id, edits],
        })
        return mutationsAnswer.parse(rows[0]?.answer)
      })
    } catch (thrown) {
      const again = thrown instanceof GatewayError && isConcurrencyConflict(thrown.cause)
      if (!again || attempt === ATTEMPTS) throw thrown
    }
  }
}
