import { basename } from 'node:path'
import { app, type BrowserWindow, dialog, nativeTheme, shell } from 'electron'
import type { SyncConfig } from '../core/protocol/sync-process.ts'
import { type Answers, MAIN_METHODS, type MainMethod } from '../core/protocol/window-api.ts'

type Theme = 'system' | 'light' | 'dark'

/** What main's own answers are made of. */
export type AnswerParts = {
  session: SyncConfig
  logPath: string
  window: () => BrowserWindow | undefined
  wantQueryPort: () => void
  onTheme: (theme: Theme) => void
}

/** What runs the app: Electron, or the stand-in for it. */
export function hostName(): string {
  const electron = process.versions['electron']
  return electron === undefined ? 'Chromium (without Electron)' : `Electron ${electron}`
}

async function chooseImport(window: BrowserWindow | undefined): Promise<Answers['import.choose']> {
  const box: Electron.OpenDialogOptions = {
    title: 'Import a CSV file',
    buttonLabel: 'Choose',
    properties: ['openFile'],
    filters: [
      { name: 'CSV', extensions: ['csv', 'tsv', 'txt'] },
      { name: 'All files', extensions: ['*'] },
    ],
  }
  const { canceled, filePaths } = await (window ? dialog.showOpenDialog(window, box) : dialog.showOpenDialog(box))
  const [file] = filePaths
  return canceled || file === undefined ? null : { file, name: basename(file) }
}

/** Answers the methods of `MAIN_METHODS`. */
export function mainAnswers(parts: AnswerParts): (method: MainMethod, params: unknown) => Promise<unknown> {
  const answers: { [M in MainMethod]: (params: unknown) => Answers[M] | Promise<Answers[M]> } = {
    'query.port': () => {
      parts.wantQueryPort()
      return null
    },
    'app.info': () => ({
      version: app.getVersion(),
      host: hostName(),
      logPath: parts.logPath,
      dataDir: parts.session.dataDir,
      gateway: parts.session.gateway,
      platform: process.platform,
    }),
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
  }
  return async (method, params) => answers[method](params)
}
