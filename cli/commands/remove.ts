import { existsSync, rmSync } from 'node:fs'
import { OutpostError } from '../../core/errors.ts'
import { takeLock } from '../../db/sqlite/lock.ts'
import { dataDir } from '../../workers/sync/data-dir.ts'
import { agreedToLose, removeData, unsentOf } from '../../workers/sync/remove-data.ts'
import { withFiles } from '../beside.ts'
import type { Command } from '../command.ts'
import { databaseKey } from '../database-key.ts'

/**
 * `remove --data DIR [--unsent N]`: deletes what was synced into a data folder. While edits in it did not reach the server,
 * their number must be given, so that nobody loses what they did not mean to.
 */
export const remove: Command = async (context) => {
  const { args } = context
  const dir = dataDir(args.required('data'))
  const agreed = args.text('unsent') ?? '0'
  if (!/^\d{1,15}$/.test(agreed)) throw new OutpostError('invalid_request', '--unsent must be a number of edits')
  if (!existsSync(dir.outbox)) throw new OutpostError('not_found', 'Nothing was synced into this data folder yet.')
  const release = takeLock(dir.lock, databaseKey(dir, context.env))
  try {
    const lost = await withFiles(context, (files) => {
      const unsent = unsentOf(files.outbox)
      agreedToLose(unsent, Number(agreed))
      return unsent
    })
    release()
    removeData(dir.root)
    for (const path of [dir.key, dir.profile]) rmSync(path, { force: true })
    return { removed: dir.root, lost }
  } catch (thrown) {
    release()
    throw thrown
  }
}
