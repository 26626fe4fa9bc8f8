import { ENTITY_NAMES } from '../../core/model/entities.ts'
import { withFiles } from '../beside.ts'
import type { Command } from '../command.ts'

/** `status`: what the data folder holds, without asking the server. */
export const status: Command = (context) =>
  withFiles(context, ({ outbox, local, dir }) => ({
    dataDir: dir.root,
    pending: outbox.memory.count('queued', 'sending'),
    accepted: outbox.memory.count('accepted'),
    needsAttention: outbox.memory.count('refused'),
    entities: Object.fromEntries(
      ENTITY_NAMES.map((entity) => {
        const shape = local.reads.shape(entity)
        return [entity, { records: shape ? local.reads.count(entity) : 0, complete: shape?.complete ?? false }]
      }),
    ),
  }))
