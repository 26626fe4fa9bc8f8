import { OutpostError } from '../../core/errors.ts'
import { CHILD_ENTITIES, type EntityName } from '../../core/model/entities.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import type { OpenEdit } from '../../core/sync/open-edit.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { Outbox } from './outbox.ts'
import type { RecordRef } from './outbox-memory.ts'
import { resendBehind } from './outbox-resolve.ts'
import { thrownReply } from './reply-error.ts'

type Restore = Extract<Edit, { op: 'restore' }>

/**
 * Answers a refused edit of a removed record (or of one on a removed account) by bringing back what was removed, then the
 * edit. The server's history says which delete to reverse.
 *
 * @throws OutpostError `not_found` where nothing can be brought back, and what the gateway answers
 */
export const bringBack = async (outbox: Outbox, gateway: GatewayClient, id: string): Promise<{ id: string }> => {
  const open = outbox.memory.get(id)
  if (open?.state !== 'refused') throw new OutpostError('not_found', 'That edit is not waiting for a decision.')
  const restores: Restore[] = []
  for (const ref of removedUnder(open)) {
    const deletedBy = await lastDelete(gateway, ref)
    // An account's delete took its children along; restoring it brings them back.
    if (deletedBy === null || restores.some((restore) => restore.deleted_by === deletedBy)) continue
    restores.push({ id: outbox.newId(), entity: ref.entity, record_id: ref.id, op: 'restore', deleted_by: deletedBy })
  }
  if (restores.length === 0)
    throw new OutpostError('not_found', 'It cannot be brought back from here: the server does not say who removed it.')
  return resendBehind(outbox, id, restores)
}

/** What may have to be brought back, in order: the account that the record hangs on, then the record. */
const removedUnder = ({ edit, base }: OpenEdit): readonly RecordRef[] => {
  const record: RecordRef = { entity: edit.entity, id: edit.record_id }
  const child = (CHILD_ENTITIES as readonly EntityName[]).includes(edit.entity)
  const account = child ? (edit.op === 'create' ? edit.values['account_id'] : base?.['account_id']) : null
  return [
    ...(typeof account === 'string' ? [{ entity: 'accounts' as const, id: account }] : []),
    ...(edit.op === 'create' ? [] : [record]),
  ]
}

/** The delete that took a record away, as the server's history has it; null where it is there or cannot be known. */
const lastDelete = async (gateway: GatewayClient, { entity, id }: RecordRef): Promise<string | null> => {
  const reply = await gateway.history(entity, id)
  if (reply.kind !== 'ok') throw thrownReply(reply)
  const last = reply.value.entries.find(({ action }) => action === 'delete' || action === 'restore')
  return last?.action === 'delete' ? last.mutation_id : null
}
