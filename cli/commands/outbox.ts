import { OutpostError } from '../../core/errors.ts'
import { values } from '../../core/protocol/edit.ts'
import { dataDir } from '../../workers/sync/data-dir.ts'
import { recoverDamaged } from '../../workers/sync/engine-files.ts'
import { listOutbox } from '../../workers/sync/outbox-list.ts'
import { discard, resend } from '../../workers/sync/outbox-resolve.ts'
import { withFiles } from '../beside.ts'
import type { Command } from '../command.ts'
import { databaseKey } from '../database-key.ts'
import { jsonOf, uuidOf } from '../entity-option.ts'
import { receipts } from './receipts.ts'

/**
 * `outbox [list]`, `outbox resend ID [--values JSON]`, `outbox discard ID`, `outbox receipts`, `outbox recover
 * --from-backup|--start-empty`.
 */
export const outbox: Command = (context) => {
  const [action] = context.args.positionals
  return action === 'recover' ? recover(context) : action === 'receipts' ? receipts(context) : edits(context)
}

const edits: Command = (context) =>
  withFiles(context, (files) => {
    const [action = 'list', id = ''] = context.args.positionals
    const changed = context.args.text('values')
    switch (action) {
      case 'list':
        return { edits: listOutbox(files.outbox, context.clock.now()) }
      case 'resend':
        return resend(
          files.outbox,
          uuidOf(id, 'The edit'),
          changed === undefined ? null : jsonOf(changed, values, '--values'),
        )
      case 'discard':
        return discard(files.outbox, uuidOf(id, 'The edit'))
      default:
        throw new OutpostError('invalid_request', 'outbox takes list, resend ID, discard ID, receipts or recover')
    }
  })

/** Answers for a damaged outbox; refused where it can be read, or where somebody has the folder open. */
const recover: Command = async ({ args, env, clock }) => {
  const [fromBackup, startEmpty] = [args.flag('from-backup'), args.flag('start-empty')]
  if (fromBackup === startEmpty)
    throw new OutpostError(
      'invalid_request',
      'One of --from-backup (it can bring back edits that you discarded since) and --start-empty is needed.',
    )
  const dir = dataDir(args.required('data'))
  const done = recoverDamaged(dir, databaseKey(dir, env), fromBackup ? 'from_backup' : 'start_empty', clock.now())
  return { setAside: done.setAside, restored: done.restored && { at: done.restored.at, unsent: done.restored.unsent } }
}
