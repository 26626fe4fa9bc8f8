import { withFiles } from '../beside.ts'
import type { Command } from '../command.ts'
import { entityOf, uuidOf } from '../entity-option.ts'

/** `get --entity E --id ID`: a record as the app shows it. */
export const get: Command = (context) =>
  withFiles(context, ({ shown }) => shown.record(entityOf(context.args), uuidOf(context.args.required('id'), '--id')))
