import pino from 'pino'
import { OutpostError, toAppError } from '../../core/errors.ts'
import type { FromQueryWorker } from '../../core/protocol/query-port.ts'
import { type FromSync, syncConfig, type ToSync } from '../../core/protocol/sync-process.ts'
import { attempt, fail } from '../../core/result.ts'
import { type Engine, openEngine } from './engine.ts'
import type { QueryPort } from './feeds.ts'
import { httpFetch } from './http-fetch.ts'
import { agreedToLose, removeData } from './remove-data.ts'
import { secureRandom, systemClock } from './system.ts'

/** The part of Electron's MessagePortMain that is used; @types/electron belongs to the main process only. */
interface Port {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: FromQueryWorker }) => void): void
  on(event: 'close', listener: () => void): void
  start(): void
}

interface ParentPort {
  postMessage(message: FromSync): void
  on(event: 'message', listener: (event: { readonly data: ToSync; readonly ports: readonly Port[] }) => void): void
}

const parentPort = (process as unknown as { readonly parentPort?: ParentPort }).parentPort
if (!parentPort) throw new Error('The sync process is started by Electron’s utilityProcess')
const say = (message: FromSync): void => parentPort.postMessage(message)

let engine: Promise<Engine> | null = null
let ending = false
let dataDir = ''

const end = (code: number): void => {
  // A message just posted is on its way when the event loop turns.
  setTimeout(() => process.exit(code), 50)
}

const failed = (thrown: unknown): void => {
  if (ending) return
  ending = true
  say({ t: 'failed', error: toAppError(thrown) })
  end(1)
}

const start = async (raw: unknown): Promise<Engine> => {
  const config = syncConfig.parse(raw)
  dataDir = config.dataDir
  const log =
    config.logPath === null ? null : pino(pino.destination({ dest: config.logPath, sync: false, mkdir: true }))
  const opened = await openEngine({
    config,
    clock: systemClock,
    random: secureRandom,
    fetch: httpFetch,
    log: (message, context) => log?.info(context, message),
    onFatal: (error) => {
      log?.error(error, 'fatal')
      failed(new OutpostError(error.code, error.message, error.context))
    },
  })
  opened.onEvent((event, payload) => say({ t: 'event', event, payload } as FromSync))
  say({ t: 'ready' })
  return opened
}

/** Deletes this member's data, unless more than was agreed to would be lost; then the process has nothing left to do. */
const remove = async (open: Engine, { id, unsent }: Extract<ToSync, { t: 'remove' }>): Promise<void> => {
  const answer = await attempt(async () => {
    agreedToLose(open.unsent(), unsent)
    ending = true
    await open.stop()
    removeData(dataDir)
    return null
  })
  say({ t: 'answer', id, result: answer })
  if (ending) end(answer.ok ? 0 : 1)
}

const queryPort = (port: Port): QueryPort => ({
  post: (message) => port.postMessage(message),
  onMessage: (listener) => {
    port.on('message', (event) => listener(event.data))
    port.start()
  },
  onClose: (listener) => port.on('close', listener),
})

const receive = async (message: ToSync, ports: readonly Port[]): Promise<void> => {
  if (message.t === 'start') {
    engine ??= start(message.config)
    await engine
    return
  }
  const open = await engine
  if (!open) return
  switch (message.t) {
    case 'call':
      say({ t: 'answer', id: message.id, result: await open.call(message.method, message.params) })
      break
    case 'query-port':
      for (const port of ports) open.connectQueryPort(queryPort(port))
      break
    case 'token':
      open.setToken(message.token)
      break
    case 'wake':
      open.wake()
      break
    case 'remove':
      await remove(open, message)
      break
    case 'stop':
      ending = true
      await open.stop()
      process.exit(0)
  }
}

parentPort.on('message', ({ data, ports }) => {
  receive(data, ports).catch((thrown: unknown) => {
    if (data.t === 'call') say({ t: 'answer', id: data.id, result: fail(toAppError(thrown)) })
    else failed(thrown)
  })
})
