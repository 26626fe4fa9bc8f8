import { BrowserWindow, shell } from 'electron'
import { APP_ORIGIN } from './app-origin.ts'
import { isAppUrl, opensOutside } from './navigation.ts'
import { guardPermissions } from './permissions.ts'
import type { Preferences } from './preferences.ts'

/** Makes the main window, not loaded yet: sandboxed, isolated, and unable to leave the app's own documents. */
export function createMainWindow(preload: string, kept: Preferences): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    ...kept.bounds,
    minWidth: 800,
    minHeight: 560,
    show: false,
    title: 'Outpost',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: true,
    },
  })
  const { webContents } = window
  guardPermissions(webContents.session)
  webContents.setWindowOpenHandler(({ url }) => {
    if (opensOutside(url)) shell.openExternal(url).catch(() => {})
    return { action: 'deny' }
  })
  webContents.on('will-navigate', (event, url) => {
    if (!isAppUrl(url)) event.preventDefault()
  })
  webContents.on('will-redirect', (event, url) => {
    if (!isAppUrl(url)) event.preventDefault()
  })
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  window.once('ready-to-show', () => {
    if (kept.maximized) window.maximize()
    window.show()
  })
  return window
}

/** Shows the app in a window. */
export function loadApp(window: BrowserWindow): Promise<void> {
  return window.loadURL(`${APP_ORIGIN}/index.html`)
}

/** Brings a window to the front. */
export function showWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
