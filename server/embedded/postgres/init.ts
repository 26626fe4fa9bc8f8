import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type Account, spawnAs } from './account.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { program } from './native.ts'
import { createPassword, storedPassword, withPasswordFile } from './password.ts'

const stderrOf = (error: unknown): string =>
  String((error as { stderr?: Buffer }).stderr ?? '').trim() || (error as Error).message

function createCluster(native: string, dataDir: string, account: Account, durable: boolean): string {
  const partial = `${dataDir}.init`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true, mode: 0o700 })
  if (account) chownSync(partial, account.uid, account.gid)
  const password = createPassword(dataDir)
  withPasswordFile(dataDir, password, account, (file) => {
    const args = ['-D', partial, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${file}`, '--locale=C']
    const more = ['--encoding=UTF8', ...(durable ? [] : ['--no-sync'])]
    try {
      execFileSync(program(native, 'initdb'), [...args, ...more], { ...spawnAs(account), stdio: 'pipe', cwd: partial })
    } catch (error) {
      throw new EmbeddedPostgresError(
        'initdb_failed',
        `Postgres could not create ${dataDir}: ${stderrOf(error)}`,
        error,
      )
    }
  })
  renameSync(partial, dataDir)
  return password
}

function resetPassword(native: string, dataDir: string, account: Account): string {
  const password = createPassword(dataDir)
  execFileSync(program(native, 'postgres'), ['--single', '-D', dataDir, 'postgres'], {
    ...spawnAs(account),
    cwd: dataDir,
    input: `alter role postgres password '${password}'\n`,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  return password
}

/**
 * Makes the cluster if there is none, and answers the superuser's password. A new cluster appears under its name only when
 * complete, so a kill in mid-initdb leaves nothing that looks like one. A lost password file gets a new password.
 */
export function ensureCluster(native: string, dataDir: string, account: Account, durable: boolean): string {
  mkdirSync(path.dirname(dataDir), { recursive: true })
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) return createCluster(native, dataDir, account, durable)
  return storedPassword(dataDir) ?? resetPassword(native, dataDir, account)
}
