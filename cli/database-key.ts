import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { OutpostError } from '../core/errors.ts'
import type { DataDir } from '../workers/sync/data-dir.ts'

const KEY = /^[0-9a-f]{64}$/

/**
 * The key of a data directory's databases: the file that `OUTPOST_KEY_FILE` names, else `key` in the directory. A new
 * directory gets a new key (mode 600); one that holds data without its key is left alone.
 *
 * @throws OutpostError `key_missing`
 */
export const databaseKey = (dir: DataDir, env: Readonly<Record<string, string | undefined>>): string => {
  const given = env['OUTPOST_KEY_FILE']
  const path = given ?? dir.key
  if (existsSync(path)) return readKey(path)
  if (given !== undefined || existsSync(dir.outbox) || existsSync(dir.replica))
    throw new OutpostError('key_missing', `The key file ${path} is not there.`)
  writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  chmodSync(path, 0o600)
  return readKey(path)
}

const readKey = (path: string): string => {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new OutpostError('key_missing', `The key file ${path} can be read by others: chmod 600 it.`)
  const key = readFileSync(path, 'utf8').trim()
  if (!KEY.test(key)) throw new OutpostError('key_missing', `The key file ${path} does not hold 64 hex digits.`)
  return key
}
