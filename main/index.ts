import { join, resolve } from 'node:path'
import { app, dialog, nativeTheme } from 'electron'
import { toAppError } from '../core/errors.ts'
import type { AppReport } from '../core/protocol/app-report.ts'
import { registerAppScheme, serveApp } from './app-protocol.ts'
import { startOptions } from './config.ts'
import { openLog } from './log.ts'
import { runOutpost } from './outpost.ts'
import { readPreferences } from './preferences.ts'
import { openSession } from './session.ts'

const asked = startOptions(process.argv.slice(1), process.env)

function report(message: AppReport): void {
  if (asked.report) process.stdout.write(`${JSON.stringify(message)}\n`)
}

async function start(): Promise<void> {
  await app.whenReady()
  const userData = app.getPath('userData')
  const logs = join(userData, 'logs')
  const log = openLog(join(logs, 'main.log'))
  log.info({ version: app.getVersion() }, 'starting')
  const preferencesPath = join(userData, 'preferences.json')
  const preferences = await readPreferences(preferencesPath)
  nativeTheme.themeSource = preferences.theme
  const session = await openSession(asked, preferences, join(logs, 'sync.log'))
  const { gateway, workspace } = session.config()
  preferences.connection = { gateway, workspace }
  serveApp(join(import.meta.dirname, '../renderer'))
  await runOutpost({
    session,
    preferences,
    preferencesPath,
    log,
    logPath: join(logs, 'main.log'),
    preload: join(import.meta.dirname, '../preload/index.cjs'),
    report,
    orders: asked.report ? process.stdin : undefined,
  })
}

function giveUp(thrown: unknown): void {
  const { message } = toAppError(thrown)
  report({ t: 'error', message })
  dialog.showErrorBox('Outpost can’t start', message)
  app.exit(1)
}

if (asked.data !== undefined) app.setPath('userData', join(resolve(asked.data), 'app'))
registerAppScheme()
// Chromium holds every message back from a page that was just typed into until the next frame. Here the letter's answer
// comes from a worker within two milliseconds and belongs into that frame.
app.commandLine.appendSwitch('disable-features', 'DeferRendererTasksAfterInput')
app.enableSandbox()
if (app.requestSingleInstanceLock()) start().catch(giveUp)
else {
  console.error('Outpost is already running with this data folder.')
  report({ t: 'error', message: 'Outpost is already running with this data folder.' })
  app.exit(1)
}
