import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Account, spawnAs } from './account.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { guardExit } from './exit-guard.ts'
import { program } from './native.ts'

export type ServerProcess = { readonly pid: number; stop(): Promise<void> }
type Start = {
  readonly native: string
  readonly dataDir: string
  readonly account: Account
  readonly port: number
  readonly settings: Record<string, string>
  readonly onLog: (line: string) => void
}

const STOP_TIMEOUT_MS = 10_000
const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets|Address already in use/

const failure = (log: string, port: number, how: string): EmbeddedPostgresError =>
  PORT_TAKEN.test(log)
    ? new EmbeddedPostgresError('port_in_use', `Port ${port} is in use by another program.`)
    : new EmbeddedPostgresError('start_failed', `Postgres ended at start (${how}): ${log.trim()}`)

const serverArgs = (start: Start): string[] => [
  '-p',
  String(start.port),
  ...Object.entries(start.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]

/** Starts the server and resolves once it accepts connections. Errors: `port_in_use`, `start_failed`. */
export function startServer(start: Start): Promise<ServerProcess> {
  return process.platform === 'win32' ? startOnWindows(start) : startAsChild(start)
}

/** In a process group of its own: Ctrl-C in a terminal must reach it through its owner, after the owner's other work. */
function startAsChild(start: Start): Promise<ServerProcess> {
  const child = spawn(program(start.native, 'postgres'), ['-D', start.dataDir, ...serverArgs(start)], {
    ...spawnAs(start.account),
    cwd: start.dataDir,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const release = guardExit(() => child.kill('SIGINT'))
  child.once('exit', release)
  return new Promise((resolve, reject) => {
    let log = ''
    let ready = false
    child.once('error', (error) => {
      release()
      reject(new EmbeddedPostgresError('start_failed', `Postgres could not be run: ${error.message}`, error))
    })
    child.once('close', (code, signal) => reject(failure(log, start.port, `${code ?? signal}`)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line) start.onLog(line)
      if (ready) return
      log = (log + text).slice(-16_384)
      if (!log.includes('ready to accept connections')) return
      ready = true
      resolve({ pid: child.pid ?? 0, stop: () => stopChild(child) })
    })
  })
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGINT')
  })
}

/** `postgres.exe` refuses an administrator's token; `pg_ctl` drops the privileges first. */
async function startOnWindows(start: Start): Promise<ServerProcess> {
  const logFile = `${start.dataDir}.log`
  const options = serverArgs(start)
    .map((arg) => (/^[\w.=:-]+$/.test(arg) ? arg : `"${arg}"`))
    .join(' ')
  const control = (...args: string[]): void => {
    execFileSync(program(start.native, 'pg_ctl'), [...args, '-D', start.dataDir], {
      stdio: 'ignore',
      windowsHide: true,
    })
  }
  try {
    control('start', '-w', '-l', logFile, '-o', options)
  } catch (error) {
    throw failure(readFileSync(logFile, 'utf8').slice(-16_384), start.port, String(error))
  }
  const pid = Number(readFileSync(path.join(start.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0])
  const stopNow = (): void => {
    try {
      control('stop', '-m', 'fast')
    } catch {}
  }
  const release = guardExit(stopNow)
  return {
    pid,
    stop: async () => {
      release()
      stopNow()
    },
  }
}
