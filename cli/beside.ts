import { existsSync } from 'node:fs'
import { OutpostError } from '../core/errors.ts'
import { dataDir } from '../workers/sync/data-dir.ts'
import { ShownReads } from '../workers/sync/details.ts'
import { type OpenFiles, openBeside } from '../workers/sync/engine-files.ts'
import type { CommandContext } from './command.ts'
import { databaseKey } from './database-key.ts'

/** A data directory looked at, or written into, beside whatever owns it. */
export interface Beside extends OpenFiles {
  readonly shown: ShownReads
}

/**
 * Opens the files that `--data` names without their lock, runs `work`, and closes them.
 *
 * @throws OutpostError `not_found` where nothing was synced into the directory yet
 */
export const withFiles = async <T>(context: CommandContext, work: (files: Beside) => T | Promise<T>): Promise<T> => {
  const dir = dataDir(context.args.required('data'))
  if (!existsSync(dir.replica)) throw new OutpostError('not_found', 'Nothing was synced into this data folder yet.')
  const key = databaseKey(dir, context.env)
  const { clock, random } = context
  const files = openBeside({ dataDir: dir.root, databaseKey: key, clock, random, onChange: () => {} })
  const { outbox, local } = files
  const { reads } = local
  const shown = new ShownReads(outbox, local, {
    detail: async (account) => ({
      contacts: reads.childrenOf('contacts', account),
      tasks: reads.childrenOf('tasks', account),
      meetings: reads.childrenOf('meetings', account),
      notes: reads.childrenOf('notes', account),
    }),
    all: async (entity) => reads.all(entity),
  })
  try {
    return await work({ ...files, shown })
  } finally {
    files.close()
  }
}
