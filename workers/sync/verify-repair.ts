import { OutpostError } from '../../core/errors.ts'
import type { EntityName } from '../../core/model/entities.ts'
import type { SyncStatus } from '../../core/protocol/status.ts'
import type { VerificationAnswer } from '../../core/protocol/window-api.ts'
import type { Verification } from './verify.ts'

export interface VerifyRepairDeps {
  readonly status: () => SyncStatus
  readonly verify: () => Promise<Verification>
  /** Fetches a shape anew; answers when it is up to date. */
  readonly repair: (entity: EntityName) => Promise<void>
}

/**
 * Compares every record with the server and, where asked, fetches anew what differs and compares again.
 *
 * @throws OutpostError of the state where it is not up to date: what is still on its way is no difference
 */
export const verifyAndRepair = async (deps: VerifyRepairDeps, repair: boolean): Promise<VerificationAnswer> => {
  const { state } = deps.status()
  if (state === 'offline' || state === 'signed_out' || state === 'no_access' || state === 'update_needed')
    throw new OutpostError(state)
  if (state !== 'up_to_date')
    throw new OutpostError('server_busy', 'Records are still arriving. Verify when everything is up to date.')
  const found = await deps.verify()
  if (!repair) return answerOf(found, null)
  for (const { entity } of found.entities) await deps.repair(entity)
  return answerOf(found.differences === 0 ? found : await deps.verify(), found.differences)
}

const answerOf = (
  { records, differences, entities, at }: Verification,
  repaired: number | null,
): VerificationAnswer => ({
  records,
  differences,
  entities: entities.map(({ entity, missing, extra, different }) => ({
    entity,
    differences: missing.length + extra.length + different.length,
  })),
  repaired,
  at,
})
