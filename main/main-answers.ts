import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { app, type BrowserWindow, dialog, nativeTheme, shell } from 'electron'
import { fromAppError, OutpostError } from '../core/errors.ts'
import { type Answers, MAIN_METHODS, type MainMethod } from '../core/protocol/window-api.ts'
import type { Result } from '../core/result.ts'
import type { AppSession } from './session.ts'
import type { SyncSupervisor } from './sync-process.ts'

type Theme = 'system' | 'light' | 'dark'

/** What main's own answers are made of. */
export type AnswerParts = {
  session: AppSession
  sync: Pick<SyncSupervisor, 'call' | 'setToken' | 'restart' | 'remove' | 'wantQueryPort'>
  logPath: string
  window: () => BrowserWindow | undefined
  onTheme: (theme: Theme) => void
  /** Who is signed in changed. */
  onSession: () => void
  /** Starts the page anew: what it holds in memory is of data that is gone. */
  reload: () => void
}

/** What runs the app: Electron, or the stand-in for it. */
export function hostName(): string {
  const electron = process.versions['electron']
  return electron === undefined ? 'Chromium (without Electron)' : `Electron ${electron}`
}

async function chooseFile(
  window: BrowserWindow | undefined,
  box: Electron.OpenDialogOptions,
): Promise<string | undefined> {
  const options: Electron.OpenDialogOptions = { ...box, properties: ['openFile'] }
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  return canceled ? undefined : filePaths[0]
}

async function chooseImport(window: BrowserWindow | undefined): Promise<Answers['import.choose']> {
  const file = await chooseFile(window, {
    title: 'Import a CSV file',
    buttonLabel: 'Choose',
    filters: [
      { name: 'CSV', extensions: ['csv', 'tsv', 'txt'] },
      { name: 'All files', extensions: ['*'] },
    ],
  })
  return file === undefined ? null : { file, name: basename(file) }
}

/** The value of a sync process' answer. Throws its error. */
function unwrapped<T>(result: Result<unknown>): T {
  if (result.ok) return result.value as T
  throw fromAppError(result.error)
}

async function saveReceipts({ sync, window }: AnswerParts): Promise<Answers['receipts.save']> {
  const { csv, count } = unwrapped<Answers['receipts.export']>(await sync.call('receipts.export', {}))
  const box: Electron.SaveDialogOptions = {
    title: 'Export receipts',
    buttonLabel: 'Export',
    defaultPath: `outpost-receipts-${new Date().toISOString().slice(0, 10)}.csv`,
    filters: [{ name: 'CSV', extensions: ['csv'] }],
  }
  const shown = window()
  const { canceled, filePath } = await (shown ? dialog.showSaveDialog(shown, box) : dialog.showSaveDialog(box))
  if (canceled || !filePath) return null
  await writeFile(filePath, csv, { mode: 0o600 })
  return { file: filePath, count }
}

async function signIn({ session, sync, onSession }: AnswerParts, token: string): Promise<null> {
  const { moved } = await session.signIn(token)
  onSession()
  if (moved) sync.restart()
  else sync.setToken(session.config().token)
  return null
}

async function readChosenToken(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new OutpostError('file_unreadable', undefined, undefined, error)
  }
}

/** Answers the methods of `MAIN_METHODS`. */
export function mainAnswers(parts: AnswerParts): (method: MainMethod, params: unknown) => Promise<unknown> {
  const { session, sync } = parts
  const answers: { [M in MainMethod]: (params: unknown) => Answers[M] | Promise<Answers[M]> } = {
    'query.port': () => {
      sync.wantQueryPort()
      return null
    },
    'app.info': () => {
      const { dataDir, gateway } = session.config()
      const { logPath } = parts
      return { version: app.getVersion(), host: hostName(), logPath, dataDir, gateway, platform: process.platform }
    },
    'app.showLog': () => {
      shell.showItemInFolder(parts.logPath)
      return null
    },
    'app.setTheme': (params) => {
      const { theme } = MAIN_METHODS['app.setTheme'].parse(params)
      nativeTheme.themeSource = theme
      parts.onTheme(theme)
      return null
    },
    'import.choose': () => chooseImport(parts.window()),
    'receipts.save': () => saveReceipts(parts),
    'session.signIn': (params) => signIn(parts, MAIN_METHODS['session.signIn'].parse(params).token),
    'session.chooseTokenFile': async () => {
      const file = await chooseFile(parts.window(), { title: 'Choose a token file', buttonLabel: 'Sign in' })
      if (file === undefined) return { signedIn: false }
      await signIn(parts, await readChosenToken(file))
      return { signedIn: true }
    },
    'session.signOut': async () => {
      await session.signOut()
      sync.setToken(null)
      return null
    },
    'data.remove': async (params) => {
      const { unsent } = MAIN_METHODS['data.remove'].parse(params)
      unwrapped(await sync.remove(unsent, session.removed))
      parts.onSession()
      parts.reload()
      return null
    },
  }
  return async (method, params) => answers[method](params)
}
