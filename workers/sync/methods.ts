import type { z } from 'zod'
import { OutpostError } from '../../core/errors.ts'
import type { EntityName } from '../../core/model/entities.ts'
import type { Answers, SYNC_METHODS, SyncMethod } from '../../core/protocol/window-api.ts'
import { bringBack } from './bring-back.ts'
import type { ShownReads } from './details.ts'
import type { FirstRows } from './first-rows.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { Imports } from './imports.ts'
import type { Outbox } from './outbox.ts'
import { listOutbox } from './outbox-list.ts'
import { discard, resend, undo } from './outbox-resolve.ts'
import { exportReceipts, listReceipts } from './receipts.ts'
import { thrownReply } from './reply-error.ts'
import type { SessionMemory } from './session.ts'
import type { StatusBoard } from './status-board.ts'
import type { Verification } from './verify.ts'
import { verifyAndRepair } from './verify-repair.ts'

export interface MethodDeps {
  readonly outbox: Outbox
  readonly reads: ShownReads
  readonly firstRows: FirstRows
  readonly board: StatusBoard
  readonly gateway: GatewayClient
  readonly session: SessionMemory
  readonly imports: Imports
  readonly wake: () => void
  readonly verify: () => Promise<Verification>
  /** Fetches a shape anew; answers when it is up to date. */
  readonly repair: (entity: EntityName) => Promise<void>
  readonly now: () => number
  readonly gatewayAddress: string
  readonly dataDir: string
}

type Methods = {
  readonly [M in SyncMethod]: (params: z.output<(typeof SYNC_METHODS)[M]>) => Answers[M] | Promise<Answers[M]>
}

/** Every method of the window API that the sync process answers. They throw `OutpostError`. */
export const syncMethods = (deps: MethodDeps): Methods => ({
  'status.get': () => deps.board.now(),
  'session.get': async () => {
    const { session, gateway } = deps
    if (!session.summary) {
      const reply = await gateway.summary()
      if (reply.kind !== 'ok') throw thrownReply(reply)
      session.put(reply.value)
    }
    const known = session.session(deps.gatewayAddress, deps.dataDir)
    if (!known) throw new OutpostError('offline')
    return known
  },
  'members.list': () => deps.reads.members(),
  'edits.submit': ({ edits, group }) => deps.outbox.submit(edits, { grouped: group }),
  'edits.undo': ({ ids }) => undo(deps.outbox, ids),
  'record.get': ({ entity, id }) => deps.reads.record(entity, id),
  'account.detail': ({ id }) => deps.reads.account(id),
  'views.list': () => deps.reads.list('saved_views'),
  'list.first': (request) => deps.firstRows.read(request),
  'outbox.list': () => listOutbox(deps.outbox, deps.now()),
  'outbox.resend': ({ id, values }) => resend(deps.outbox, id, values ?? null),
  'outbox.discard': ({ id }) => discard(deps.outbox, id),
  'outbox.bringBack': ({ id }) => bringBack(deps.outbox, deps.gateway, id),
  'receipts.list': (page) => listReceipts(deps.outbox, deps.now(), page),
  'receipts.export': () => exportReceipts(deps.outbox, deps.now()),
  'verify.run': ({ repair }) =>
    verifyAndRepair({ status: () => deps.board.now(), verify: deps.verify, repair: deps.repair }, repair),
  'history.get': async ({ entity, id }) => {
    const reply = await deps.gateway.history(entity, id)
    if (reply.kind !== 'ok') throw thrownReply(reply)
    return reply.value
  },
  'sync.wake': () => {
    deps.wake()
    return null
  },
  'import.preview': ({ file, entity, mapping }) => deps.imports.preview({ file, entity, mapping: mapping ?? null }),
  'import.start': ({ file, entity, mapping }) => deps.imports.start({ file, entity, mapping }),
  'import.cancel': async ({ job }) => {
    await deps.imports.cancel(job)
    return null
  },
  'import.undo': ({ job }) => deps.imports.undo(job),
  'import.list': () => deps.imports.list(),
})
