import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { OutpostError } from '../../core/errors.ts'
import type { Outbox } from './outbox.ts'

/** Every database of a data directory, with its journals, copies that were set aside, and backups. */
const DATABASE = /^(replica|outbox|columns|lock)\.(db|backup-)/

/**
 * Nothing that somebody typed is removed unless they agreed to that number of edits.
 *
 * @throws OutpostError `unsent_edits`, with the count
 */
export const agreedToLose = (unsent: number, agreed: number): void => {
  if (unsent <= agreed) return
  const edits = unsent === 1 ? '1 edit' : `${unsent.toLocaleString('en')} edits`
  throw new OutpostError('unsent_edits', `${edits} did not reach the server and would be lost.`, { unsent })
}

/** Edits that the server does not have: those that wait and those that it refused. */
export const unsentOf = (outbox: Outbox): number => outbox.memory.count('queued', 'sending', 'refused')

/** Deletes the databases of a data directory, which nobody may have open. Other files in it stay. */
export const removeData = (root: string): void => {
  for (const name of readdirSync(root)) if (DATABASE.test(name)) rmSync(join(root, name), { force: true })
}
