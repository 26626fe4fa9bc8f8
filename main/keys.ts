import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OutpostError } from '../core/errors.ts'
import type { SecretBox } from './token.ts'

const keyBytes = 32
const hexKey = /^[0-9a-f]{64}$/

const sealedPath = (dataDir: string) => join(dataDir, 'key.sealed')

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new OutpostError('key_missing', undefined, { file: path }, error)
  }
}

/** On disk before it is used: a database encrypted with a key that a power cut takes away could never be opened. */
async function writeDurably(path: string, content: Buffer | string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

const newKey = () => randomBytes(keyBytes).toString('hex')

/** The key of a key file, made when it is not there. Throws `key_missing` when others may read it, or it holds no key. */
export async function keyFromFile(path: string): Promise<string> {
  const content = await readIfThere(path)
  if (content === undefined) {
    const key = newKey()
    await writeDurably(path, `${key}\n`)
    return key
  }
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
    throw new OutpostError('key_missing', `Other users can read the key file ${path}: make it mode 600.`)
  }
  const key = content.toString('utf8').trim()
  if (!hexKey.test(key)) throw new OutpostError('key_missing', `The key file ${path} holds no key (64 hex digits).`)
  return key
}

/** The key of a data directory, sealed by the system's key store; made at first. Throws `key_missing` when it can't be opened. */
export async function keyFromStore(dataDir: string, box: SecretBox): Promise<string> {
  if (!box.isEncryptionAvailable()) {
    throw new OutpostError(
      'key_missing',
      'This computer’s key store is not available, so the local database stays shut.',
    )
  }
  const path = sealedPath(dataDir)
  const sealed = await readIfThere(path)
  if (sealed === undefined) {
    const key = newKey()
    await mkdir(dataDir, { recursive: true })
    await writeDurably(path, box.encryptString(key))
    return key
  }
  try {
    const key = box.decryptString(sealed)
    if (hexKey.test(key)) return key
  } catch (error) {
    throw new OutpostError('key_missing', undefined, { file: path }, error)
  }
  throw new OutpostError('key_missing', undefined, { file: path })
}

/** Deletes the key of a data directory whose databases are gone. */
export async function forgetKey(dataDir: string): Promise<void> {
  await rm(sealedPath(dataDir), { force: true })
}

/** The databases of a data directory, their logs and their copies. */
const lockedFile = /\.db(-wal|-shm|\.aside-\d+(-wal|-shm)?)?$/

/**
 * Puts a key that can't be opened aside, with the files that only it opens, so that the next start makes new ones. Nothing
 * is deleted: should the key come back, so can they. The key goes last: a stop in the middle asks again.
 */
export async function setKeyAside(dataDir: string, now: number): Promise<void> {
  const aside = join(dataDir, `locked-${now}`)
  await mkdir(aside, { recursive: true, mode: 0o700 })
  for (const name of await readdir(dataDir))
    if (lockedFile.test(name)) await rename(join(dataDir, name), join(aside, name))
  await rename(sealedPath(dataDir), join(aside, 'key.sealed'))
}
