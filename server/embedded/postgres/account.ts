import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { EmbeddedPostgresError } from './errors.ts'

/** The operating-system account that Postgres runs under; `null` = the account of this process. */
export type Account = { readonly uid: number; readonly gid: number } | null

const accountNamed = (name: string): Account => {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((entry) => entry.split(':'))
    .find((fields) => fields[0] === name)
  return line ? { uid: Number(line[2]), gid: Number(line[3]) } : null
}

/** Postgres refuses to run as root, so root borrows `postgres`, else `nobody`. A uid without a passwd entry fails in initdb. */
export function postgresAccount(): Account {
  if (process.getuid?.() !== 0) return null
  const account = accountNamed('postgres') ?? accountNamed('nobody')
  if (!account)
    throw new EmbeddedPostgresError(
      'no_unprivileged_user',
      'Postgres will not run as root, and this machine has neither a "postgres" nor a "nobody" user. Run as an ordinary user instead.',
    )
  return account
}

/** Options for `spawn` that switch to the account. */
export const spawnAs = (account: Account): { uid?: number; gid?: number } => account ?? {}

/** Whether the account may enter every folder from the root down to `dir`; folders that don't exist yet are skipped. */
export function canTraverse(dir: string, account: Account): boolean {
  if (!account) return true
  for (let current = path.resolve(dir); ; current = path.dirname(current)) {
    const stat = statSync(current, { throwIfNoEntry: false })
    if (stat) {
      const mask = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001
      if (!(stat.mode & mask)) return false
    }
    if (current === path.dirname(current)) return true
  }
}
