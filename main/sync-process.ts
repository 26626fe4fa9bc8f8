import type { Clock } from '../core/clock.ts'
import { type AppError, appError } from '../core/errors.ts'
import type { FromSync, SyncConfig, ToSync } from '../core/protocol/sync-process.ts'
import type { EventName, Events, SyncMethod } from '../core/protocol/window-api.ts'
import { fail, type Result } from '../core/result.ts'
import { healthyAfterMs, restartDelayMs } from './restart.ts'

/** One run of the sync process: the part of Electron's UtilityProcess that is used. */
export type SyncChild<Port> = {
  postMessage: (message: ToSync, transfer?: Port[]) => void
  onMessage: (listener: (message: FromSync) => void) => void
  onExit: (listener: (code: number) => void) => void
  kill: () => void
}

/** What the supervisor needs of its surroundings. */
export type SyncSurroundings<Port> = {
  fork: () => SyncChild<Port>
  config: () => SyncConfig
  clock: Clock
  /** Makes a line between the query worker and the sync process: the first end stays here, the second goes to the window. */
  newLine: () => { toSync: Port; toWindow: Port }
  onQueryPort: (port: Port) => void
  onEvent: <E extends EventName>(event: E, payload: Events[E]) => void
  /** The process ended or could not start; `error` is what it said, if anything. */
  onDown: (error: AppError, retryInMs: number) => void
  log: (message: string, context: Record<string, unknown>) => void
}

type Call = { message: Extract<ToSync, { t: 'call' | 'remove' }>; answer: (result: Result<unknown>) => void }

/** Keeps the sync process running and speaks with it. */
export type SyncSupervisor = {
  call: (method: SyncMethod, params: unknown) => Promise<Result<unknown>>
  /** Gives the window a line for its query worker, now and after each restart. */
  wantQueryPort: () => void
  setToken: (token: string | null) => void
  wake: () => void
  /** Starts a process that is down now, instead of after its delay. */
  retry: () => void
  /** Ends the process in order and starts it anew, with what `config` then says. */
  restart: () => void
  /**
   * Lets the process delete its data, runs `between`, and starts it anew. Answers `unsent_edits`, and changes nothing, while
   * more edits than `unsent` did not reach the server.
   */
  remove: (unsent: number, between: () => Promise<void>) => Promise<Result<unknown>>
  /** Lets the process finish what it writes; resolves when it has exited, or was killed after `graceMs`. */
  stop: (graceMs: number) => Promise<void>
}

const interrupted = () => fail(appError('internal', 'The sync process stopped before it answered.'))

/** Starts the sync process. It restarts with a growing delay; calls made meanwhile wait, unless its last start failed. */
export function superviseSync<Port>(around: SyncSurroundings<Port>): SyncSupervisor {
  const { clock } = around
  let child: SyncChild<Port> | undefined
  let isReady = false
  let startedAt = 0
  let restarts = 0
  let failure: AppError | undefined
  let cancelRestart = () => {}
  let wantsQueryPort = false
  let stopped: (() => void) | undefined
  let afterExit: (() => void) | undefined
  let lastId = 0
  const sent = new Map<number, Call>()
  let waiting: Call[] = []

  function start(): void {
    failure = undefined
    startedAt = clock.now()
    const run = around.fork()
    child = run
    run.onMessage((message) => {
      if (run === child) receive(message)
    })
    run.onExit((code) => {
      if (run === child) exited(code)
    })
    run.postMessage({ t: 'start', config: around.config() })
  }

  function receive(message: FromSync): void {
    switch (message.t) {
      case 'ready':
        isReady = true
        for (const call of waiting.splice(0)) send(call)
        if (wantsQueryPort) introduce()
        break
      case 'answer':
        sent.get(message.id)?.answer(message.result)
        sent.delete(message.id)
        break
      case 'event':
        around.onEvent(message.event, message.payload as Events[EventName])
        break
      case 'failed':
        failure = message.error
        around.log('sync process failed', { ...message.error })
        break
    }
  }

  function exited(code: number): void {
    child = undefined
    isReady = false
    for (const call of sent.values()) call.answer(interrupted())
    sent.clear()
    if (stopped) {
      stopped()
      return
    }
    if (afterExit) {
      const next = afterExit
      afterExit = undefined
      next()
      return
    }
    restarts = clock.now() - startedAt >= healthyAfterMs ? 1 : restarts + 1
    const delayMs = restartDelayMs(restarts)
    const error = failure ?? appError('internal', 'The sync process stopped unexpectedly. Starting it again.')
    if (failure) for (const call of waiting.splice(0)) call.answer(fail(failure))
    around.log('sync process exited', { code, restartInMs: delayMs })
    around.onDown(error, delayMs)
    cancelRestart = clock.after(delayMs, start)
  }

  function send(call: Call): void {
    sent.set(call.message.id, call)
    child?.postMessage(call.message)
  }

  function introduce(): void {
    const { toSync, toWindow } = around.newLine()
    child?.postMessage({ t: 'query-port' }, [toSync])
    around.onQueryPort(toWindow)
  }

  start()
  return {
    call: (method, params) =>
      new Promise((answer) => {
        const call: Call = { message: { t: 'call', id: ++lastId, method, params }, answer }
        if (stopped) answer(interrupted())
        else if (isReady) send(call)
        else if (failure) answer(fail(failure))
        else waiting.push(call)
      }),
    wantQueryPort: () => {
      wantsQueryPort = true
      if (isReady) introduce()
    },
    setToken: (token) => child?.postMessage({ t: 'token', token }),
    wake: () => child?.postMessage({ t: 'wake' }),
    retry: () => {
      if (child || stopped) return
      cancelRestart()
      start()
    },
    restart: () => {
      afterExit = start
      child?.postMessage({ t: 'stop' })
    },
    remove: async (unsent, between) => {
      if (!isReady || stopped) return interrupted()
      const gone = Promise.withResolvers<void>()
      afterExit = gone.resolve
      const result = await new Promise<Result<unknown>>((answer) =>
        send({ message: { t: 'remove', id: ++lastId, unsent }, answer }),
      )
      if (!result.ok) {
        afterExit = undefined
        // It ended before it answered.
        if (!child) start()
        return result
      }
      await gone.promise
      await between()
      start()
      return result
    },
    stop: (graceMs) =>
      new Promise((resolve) => {
        cancelRestart()
        const calls = waiting
        waiting = []
        for (const call of calls) call.answer(interrupted())
        const run = child
        const cancelKill = clock.after(graceMs, () => run?.kill())
        stopped = () => {
          cancelKill()
          resolve()
        }
        if (run) run.postMessage({ t: 'stop' })
        else stopped()
      }),
  }
}
