import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Account } from './account.ts'

const passwordFile = (dataDir: string): string => `${dataDir}.password`

/** The superuser's password as stored beside the data directory, or `null` when there is none yet. */
export function storedPassword(dataDir: string): string | null {
  const file = passwordFile(dataDir)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null
}

/** Makes a random password (192 bits) and keeps it in a file that only this user can read. */
export function createPassword(dataDir: string): string {
  const password = randomBytes(24).toString('hex')
  rmSync(passwordFile(dataDir), { force: true })
  writeFileSync(passwordFile(dataDir), `${password}\n`, { mode: 0o600, flag: 'wx' })
  return password
}

/** Lends the password to a program as a file that only the account can read; gone when `use` returns. */
export function withPasswordFile(
  dataDir: string,
  password: string,
  account: Account,
  use: (file: string) => void,
): void {
  const file = `${dataDir}.pwfile`
  rmSync(file, { force: true })
  writeFileSync(file, `${password}\n`, { mode: 0o600, flag: 'wx' })
  try {
    if (account) chownSync(file, account.uid, account.gid)
    use(file)
  } finally {
    rmSync(file, { force: true })
  }
}
