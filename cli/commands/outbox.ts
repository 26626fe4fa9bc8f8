import { OutpostError } from '../../core/errors.ts'
import { values } from '../../core/protocol/edit.ts'
import { listOutbox } from '../../workers/sync/outbox-list.ts'
import { discard, resend } from '../../workers/sync/outbox-resolve.ts'
import { withFiles } from '../beside.ts'
import type { Command } from '../command.ts'
import { jsonOf, uuidOf } from '../entity-option.ts'

/** `outbox [list]`, `outbox resend ID [--values JSON]`, `outbox discard ID`. */
export const outbox: Command = (context) =>
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
        throw new OutpostError('invalid_request', 'outbox takes list, resend ID or discard ID')
    }
  })
