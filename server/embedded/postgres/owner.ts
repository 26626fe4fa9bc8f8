import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Account, spawnAs } from './account.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { program } from './native.ts'

const ownerFile = (dataDir: string): string => `${dataDir}.owner`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The parent of a process, or `null` when that can't be told here. */
function parentOf(pid: number): number | null {
  try {
    if (process.platform === 'linux')
      return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    if (process.platform === 'darwin') return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)]).toString())
  } catch {}
  return null
}

/** The pid of the server that runs on the data directory, or `null`. A stale pid file is no server. */
export function runningServer(dataDir: string): number | null {
  const file = path.join(dataDir, 'postmaster.pid')
  if (!existsSync(file)) return null
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (!(pid > 0) || !isAlive(pid)) return null
  if (process.platform !== 'linux') return pid
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir) ? pid : null
  } catch {
    return null
  }
}

/** Notes that this process owns the server on the data directory. */
export const claim = (dataDir: string): void => writeFileSync(ownerFile(dataDir), `${process.pid}\n`, { mode: 0o600 })

/** Stops a server whose owner was killed. One whose owner still lives is left alone, with error `data_dir_in_use`. */
export function stopOrphan(native: string, dataDir: string, account: Account): void {
  const server = runningServer(dataDir)
  if (server === null) return
  const owner = existsSync(ownerFile(dataDir)) ? Number(readFileSync(ownerFile(dataDir), 'utf8')) : 0
  const parent = parentOf(server)
  if (owner > 0 && isAlive(owner) && (parent === null || parent === owner))
    throw new EmbeddedPostgresError(
      'data_dir_in_use',
      `Another Outpost backend (process ${owner}) is running on ${dataDir}. Stop it, or choose another data directory.`,
    )
  const args = ['stop', '-D', dataDir, '-m', 'fast', '-w', '-t', '20']
  try {
    execFileSync(program(native, 'pg_ctl'), args, { ...spawnAs(account), stdio: 'ignore', cwd: dataDir })
  } catch {
    const last = args.map((arg) => (arg === 'fast' ? 'immediate' : arg))
    execFileSync(program(native, 'pg_ctl'), last, { ...spawnAs(account), stdio: 'ignore', cwd: dataDir })
  }
}
