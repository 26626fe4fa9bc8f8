// A small app that uses what Outpost uses of Electron; the host contract runs it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  shell,
  type UtilityProcess,
  utilityProcess,
} from 'electron'

const here = import.meta.dirname
const secretFile = () => join(app.getPath('userData'), 'secret')
const seen: string[] = []

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }])

if (!app.requestSingleInstanceLock()) {
  console.log('second instance')
  app.exit(3)
}
app.commandLine.appendSwitch('user-agent', 'Fixture/7')
await app.whenReady()

protocol.handle('app', async (request) => {
  const { pathname, hostname } = new URL(request.url)
  if (hostname !== 'fixture') return new Response('not here', { status: 404 })
  const file = await net.fetch(pathToFileURL(join(here, 'page', pathname)).href)
  const headers = new Headers(file.headers)
  headers.set('content-security-policy', "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'none'")
  return new Response(file.body, { headers })
})

function forkUtility(): UtilityProcess {
  const child = utilityProcess.fork(join(here, 'utility.ts'))
  child.on('message', (message: unknown) => seen.push(`utility ${JSON.stringify(message)}`))
  child.on('exit', () => seen.push('utility exit'))
  return child
}

let utility = forkUtility()
const window = new BrowserWindow({
  width: 900,
  height: 600,
  webPreferences: { preload: join(here, 'preload.cjs'), sandbox: true, contextIsolation: true },
})

function introduce(): void {
  const { port1, port2 } = new MessageChannelMain()
  port1.postMessage('early')
  utility.postMessage({ type: 'port' }, [port1])
  window.webContents.postMessage('port', null, [port2])
}

const methods: Record<string, (...args: unknown[]) => unknown> = {
  echo: (value) => value,
  fail: () => {
    throw new TypeError('nope')
  },
  seen: () => seen,
  port: () => introduce(),
  crashUtility: () => utility.postMessage({ type: 'crash' }),
  restartUtility: () => {
    utility = forkUtility()
  },
  askUtility: () => utility.postMessage({ type: 'thread' }),
  utilityPid: () => utility.pid,
  keep: (text) => writeFileSync(secretFile(), safeStorage.encryptString(String(text))),
  kept: () => safeStorage.decryptString(readFileSync(secretFile())),
  rawKept: () => readFileSync(secretFile(), 'latin1'),
  ask: () => dialog.showMessageBox(window, { message: 'Sure?', buttons: ['No', 'Yes'], defaultId: 1 }),
  choose: () => dialog.showOpenDialog(window, { properties: ['openFile'] }),
  open: (url) => shell.openExternal(String(url)),
  dark: () => {
    nativeTheme.themeSource = 'dark'
    return nativeTheme.shouldUseDarkColors
  },
  picture: async () => (await window.webContents.capturePage()).toPNG().subarray(1, 4).toString(),
}

ipcMain.handle('call', (event, name: string, ...args: unknown[]) => {
  if (name === 'sender') return { url: event.senderFrame?.url, id: event.sender.id }
  return methods[name]?.(...args)
})
ipcMain.on('note', (event, text: string) => {
  seen.push(`note ${text}`)
  event.sender.send('noted', text)
})
app.on('second-instance', () => seen.push('second instance'))
powerMonitor.on('resume', () => seen.push('resume'))
window.webContents.setWindowOpenHandler(({ url }) => {
  seen.push(`window.open ${url}`)
  return { action: 'deny' }
})
window.webContents.on('will-navigate', (event, url) => {
  seen.push(`will-navigate ${url}`)
  event.preventDefault()
})
Menu.setApplicationMenu(
  Menu.buildFromTemplate([
    {
      label: 'File',
      submenu: [{ id: 'new', label: 'New', accelerator: 'CmdOrCtrl+Shift+K', click: () => seen.push('menu new') }],
    },
  ]),
)
app.on('before-quit', () => console.log('before-quit'))
app.on('will-quit', () => console.log('will-quit'))
window.on('closed', () => console.log('closed'))

await window.loadURL('app://fixture/index.html')
console.log('loaded')
