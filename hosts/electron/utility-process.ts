import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { writeFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import type { MessagePortMain } from '../ports.ts'
import type { FromUtility, ToUtility } from '../utility/wire.ts'
import { closedAt, type PortPlace, placeGone, postedAt, transfer } from './port-hub.ts'

type ForkOptions = {
  env?: NodeJS.ProcessEnv
  execArgv?: string[]
  cwd?: string
  stdio?: 'pipe' | 'ignore' | 'inherit'
  serviceName?: string
}

const register = join(import.meta.dirname, '../register.ts')
const children = new Set<ChildProcess>()

const hasSessionWeights = process.platform === 'linux'

/**
 * Linux weighs processes by their priority against those of their own session only (man 7 sched, "The autogroup feature").
 * Electron's are all of one session; here the browser has its own. So a utility process has one too, which is weighed by
 * the priority that the app gave it. Where the system does not allow it, all stays as it is.
 */
function weighByPriority({ pid }: ChildProcess): void {
  if (!hasSessionWeights || pid === undefined) return
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(getPriority(pid)))
  } catch {}
}

/** Electron's UtilityProcess as a child of Node. */
export class UtilityProcess extends EventEmitter {
  readonly stdout: NodeJS.ReadableStream | null
  readonly stderr: NodeJS.ReadableStream | null
  readonly #child: ChildProcess
  readonly #place: PortPlace

  constructor(child: ChildProcess) {
    super()
    this.#child = child
    this.stdout = child.stdout
    this.stderr = child.stderr
    this.#place = {
      deliver: (port, payload) => this.#send({ type: 'port-message', port, payload }),
      closed: (port) => this.#send({ type: 'port-closed', port }),
    }
    child.on('spawn', () => {
      this.emit('spawn')
      weighByPriority(child)
    })
    child.on('error', (error) => this.emit('error', 'FatalError', error.message, ''))
    child.on('exit', (code) => {
      children.delete(child)
      placeGone(this.#place)
      this.emit('exit', code ?? 1)
    })
    child.on('message', (message: FromUtility) => this.#receive(message))
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined
  }

  postMessage(message: unknown, ports: readonly MessagePortMain[] = []): void {
    transfer(ports, this.#place, (ids) => this.#send({ type: 'message', data: message, ports: ids }))
  }

  kill(): boolean {
    return this.#child.kill()
  }

  #receive(message: FromUtility): void {
    if (message.type === 'message') this.emit('message', message.data)
    else if (message.type === 'port-message') postedAt(this.#place, message.port, message.payload)
    else closedAt(this.#place, message.port)
  }

  #send(message: ToUtility): void {
    if (this.#child.connected) this.#child.send(message, undefined, undefined, () => {})
  }
}

export const utilityProcess = {
  fork(modulePath: string, args: string[] = [], options: ForkOptions = {}): UtilityProcess {
    const piped = options.stdio ?? 'inherit'
    const child = fork(modulePath, args, {
      serialization: 'advanced',
      env: { ...(options.env ?? process.env), OUTPOST_STAND_IN_ROLE: 'utility' },
      execArgv: ['--disable-warning=ExperimentalWarning', '--import', register, ...(options.execArgv ?? [])],
      cwd: options.cwd,
      detached: hasSessionWeights,
      stdio: ['ignore', piped, piped, 'ipc'],
    })
    children.add(child)
    return new UtilityProcess(child)
  },
}

/** Ends every utility process, as the app does when it exits. */
export function killUtilityProcesses(): void {
  for (const child of children) child.kill()
}
