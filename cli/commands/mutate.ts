import { OutpostError } from '../../core/errors.ts'
import { uuidv7 } from '../../core/id.ts'
import type { EntityName } from '../../core/model/entities.ts'
import { type EditInput, values } from '../../core/protocol/edit.ts'
import { undo } from '../../workers/sync/outbox-resolve.ts'
import { type Beside, withFiles } from '../beside.ts'
import type { Command, CommandContext } from '../command.ts'
import { entityOf, jsonOf, uuidOf } from '../entity-option.ts'

/**
 * `mutate --entity E --id ID --patch JSON | --create JSON | --delete`, or `mutate --undo EDIT`. The edit is on disk when
 * the command ends; whoever syncs the folder sends it.
 */
export const mutate: Command = (context) =>
  withFiles(context, (files) => {
    const undone = context.args.text('undo')
    if (undone !== undefined) return undo(files.outbox, [uuidOf(undone, '--undo')])
    const input = inputOf(context, files)
    const { ids } = files.outbox.submit([input], { grouped: false })
    return { record_id: input.record_id, edit_id: ids[0] ?? null }
  })

const inputOf = (context: CommandContext, files: Beside): EditInput => {
  const { args } = context
  const entity: EntityName = entityOf(args)
  const [patch, create, remove] = [args.text('patch'), args.text('create'), args.flag('delete')]
  if ([patch !== undefined, create !== undefined, remove].filter(Boolean).length !== 1)
    throw new OutpostError('invalid_request', 'One of --patch JSON, --create JSON and --delete is needed.')
  if (create !== undefined) {
    const id = args.text('id')
    const record_id = id === undefined ? uuidv7(context.clock.now(), context.random) : uuidOf(id, '--id')
    return { op: 'create', entity, record_id, values: jsonOf(create, values, '--create') }
  }
  const record_id = uuidOf(args.required('id'), '--id')
  if (patch === undefined) return { op: 'delete', entity, record_id }
  const changed = jsonOf(patch, values, '--patch')
  const { row } = files.shown.record(entity, record_id)
  const base = Object.fromEntries(Object.keys(changed).map((column) => [column, row[column] ?? null]))
  return { op: 'patch', entity, record_id, values: changed, base }
}
