import { app, type BrowserWindow, dialog, MessageChannelMain, shell } from 'electron'
import type { Clock } from '../core/clock.ts'
import type { AppReport } from '../core/protocol/app-report.ts'
import { EVENT_CHANNEL, QUERY_PORT_CHANNEL } from '../core/protocol/ipc-channels.ts'
import type { SyncStatus } from '../core/protocol/status.ts'
import { type EventName, type Events, QUERY_PORT_MESSAGE } from '../core/protocol/window-api.ts'
import { openIpc } from './ipc.ts'
import { type Log, rotateSyncLog } from './log.ts'
import { mainAnswers } from './main-answers.ts'
import { installMenu } from './menu.ts'
import { followOrders } from './orders.ts'
import { OutboxRecovery } from './outbox-recovery.ts'
import { watchPower } from './power.ts'
import { type Preferences, writePreferences } from './preferences.ts'
import { Quitting, quitQuestion } from './quit.ts'
import { saveScreenshot } from './screenshot.ts'
import type { AppSession } from './session.ts'
import { forkSync } from './sync-child.ts'
import { superviseSync } from './sync-process.ts'
import { createMainWindow, loadApp, showWindow } from './window.ts'

const stopGraceMs = 5_000

const clock: Clock = {
  now: Date.now,
  after: (delayMs, work) => {
    const timer = setTimeout(work, delayMs)
    return () => clearTimeout(timer)
  },
}

const showTime = (at: number) => new Date(at).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })

/** The status before the sync process told any. */
const nothingYet: SyncStatus = {
  state: 'starting',
  received: 0,
  expected: 0,
  offlineSince: null,
  upToDateAt: null,
  pending: 0,
  needsAttention: 0,
  detail: null,
}

/** Everything that is known once the data is unlocked. */
export type OutpostParts = {
  session: AppSession
  preferences: Preferences
  preferencesPath: string
  log: Log
  logPath: string
  preload: string
  report: (message: AppReport) => void
  /** Where a parent process' orders come from. */
  orders: NodeJS.ReadableStream | undefined
}

/** Runs the app: its sync process, its window, and what joins them, until it quits. Resolves when the window is shown. */
export async function runOutpost(parts: OutpostParts): Promise<void> {
  const { session, preferences, log, report } = parts
  let window: BrowserWindow | undefined
  let status: SyncStatus | undefined

  function tell<E extends EventName>(event: E, payload: Events[E]): void {
    if (window && !window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, event, payload)
  }

  function statusChanged(next: SyncStatus): void {
    status = next
    report({ t: 'status', status: next })
  }

  function takeScreenshot(path: string): void {
    const taken = window ? saveScreenshot(window, path) : Promise.reject(new Error('There is no window.'))
    taken.then(
      () => report({ t: 'screenshot', path, error: null }),
      (error: unknown) => report({ t: 'screenshot', path, error: String(error) }),
    )
  }

  const recovery = new OutboxRecovery(
    async ({ message, detail, buttons }) => {
      const last = buttons.length - 1
      const box = { type: 'warning', message, detail, buttons, defaultId: last, cancelId: last } as const
      return (await (window ? dialog.showMessageBox(window, box) : dialog.showMessageBox(box))).response
    },
    (choice) => (choice === 'quit' ? app.quit() : sync.retry()),
  )
  const sync = superviseSync({
    fork: () => {
      rotateSyncLog(session.config().logPath)
      return forkSync()
    },
    config: () => ({ ...session.config(), ...recovery.take() }),
    clock,
    newLine: () => {
      const { port1, port2 } = new MessageChannelMain()
      return { toSync: port1, toWindow: port2 }
    },
    onQueryPort: (port) => window?.webContents.postMessage(QUERY_PORT_CHANNEL, { type: QUERY_PORT_MESSAGE }, [port]),
    onEvent: (event, payload) => {
      if (event === 'status') statusChanged(payload as SyncStatus)
      tell(event, payload)
    },
    onDown: (error) => {
      report({ t: 'error', message: error.message })
      tell('status', { ...(status ?? nothingYet), state: 'stopped', detail: error.message })
      recovery.down(error, showTime).catch((reason: unknown) => log.error(reason, 'The dialog failed'))
    },
    log: (message, context) => log.warn(context, message),
  })
  session.onToken((token) => sync.setToken(token))

  const quitting = new Quitting({
    question: () => quitQuestion(status?.pending ?? 0, status?.needsAttention ?? 0),
    ask: async ({ message, detail, buttons }) => {
      const box = { type: 'question', message, detail, buttons, defaultId: 0, cancelId: 1 } as const
      const { response } = await (window ? dialog.showMessageBox(window, box) : dialog.showMessageBox(box))
      return response === 0
    },
    stop: async () => {
      await sync.stop(stopGraceMs)
      await writePreferences(parts.preferencesPath, preferences).catch(() => {})
    },
    quit: () => app.quit(),
  })
  app.on('before-quit', (event) => {
    if (!quitting.mayQuit()) event.preventDefault()
  })
  // Ctrl-C, the system's own shutdown and a parent's orders leave no time for questions.
  const quitNow = () => {
    quitting.silence()
    app.quit()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.prependListener(signal, quitNow)
  watchPower(sync.wake, quitNow)
  if (parts.orders) {
    followOrders(parts.orders, (order) => {
      if (order.t === 'quit') quitNow()
      else takeScreenshot(order.path)
    })
  }

  function keepPreferences(): void {
    writePreferences(parts.preferencesPath, preferences).catch((error: unknown) =>
      log.warn({ err: error }, 'preferences'),
    )
  }
  const answers = mainAnswers({
    session,
    sync,
    logPath: parts.logPath,
    window: () => window,
    onTheme: (theme) => {
      preferences.theme = theme
      keepPreferences()
    },
    onSession: keepPreferences,
    reload: () => window?.webContents.reload(),
  })
  openIpc(() => window?.webContents.id, { main: answers, sync: sync.call })
  installMenu(
    (name) => tell('command', { name }),
    () => shell.showItemInFolder(parts.logPath),
  )

  async function openWindow(): Promise<void> {
    const opened = createMainWindow(parts.preload, preferences)
    window = opened
    opened.on('close', (event) => {
      preferences.bounds = opened.getNormalBounds()
      preferences.maximized = opened.isMaximized()
      if (process.platform === 'darwin' || quitting.isDone()) return
      event.preventDefault()
      app.quit()
    })
    opened.on('closed', () => {
      if (window === opened) window = undefined
    })
    opened.webContents.on('render-process-gone', (_event, { reason }) => {
      log.error({ reason }, 'page ended')
      if (reason !== 'clean-exit') opened.webContents.reload()
    })
    opened.webContents.on('console-message', ({ level, message }) => {
      if (level === 'error' || level === 'warning') log.warn({ level, message }, 'page')
    })
    await loadApp(opened)
    report({ t: 'window' })
  }

  app.on('second-instance', () => window && showWindow(window))
  app.on('activate', () => {
    if (!window) openWindow()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  const { dataDir, gateway } = session.config()
  report({ t: 'started', dataDir, logPath: parts.logPath, gateway })
  await openWindow()
}
