import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { startChromium } from './chromium.ts'
import { commandLine } from './command-line.ts'
import { onOrder, tell } from './control.ts'
import { tokenCookie } from './gate.ts'
import { holdsInstanceLock, releaseInstanceLock, takeInstanceLock } from './instance-lock.ts'
import { options } from './options.ts'
import { appFolder, appManifest, defaultPaths } from './paths.ts'
import { prevented } from './prevention.ts'
import { keepPort, lastPort } from './profile.ts'
import { protocol, sealSchemes } from './protocol.ts'
import { setRuntime } from './runtime.ts'
import { fromServed, toServed } from './scheme-url.ts'
import { startServer } from './server.ts'
import { killUtilityProcesses } from './utility-process.ts'
import { BrowserWindow, windowByKey } from './window.ts'

const folder = appFolder(process.argv[1] ?? '.')
const manifest = appManifest(folder)

class App extends EventEmitter {
  readonly isPackaged = false
  readonly commandLine = commandLine
  readonly dock = undefined
  name = manifest.name
  #paths = defaultPaths(manifest.name, options.userData)
  #ready: Promise<void> | undefined
  #isReady = false
  #quitting = false
  #exiting = false
  #close: (() => Promise<void>) | undefined

  getName = () => this.name
  setName = (name: string) => {
    this.name = name
  }
  getVersion = () => manifest.version
  getAppPath = () => folder
  getLocale = () => Intl.DateTimeFormat().resolvedOptions().locale
  getSystemLocale = () => this.getLocale()
  getPreferredSystemLanguages = () => [this.getLocale()]
  isReady = () => this.#isReady
  enableSandbox = () => {}
  setAppUserModelId = () => {}
  setAboutPanelOptions = () => {}
  setAppLogsPath = () => {}
  disableHardwareAcceleration = () => {}
  focus = () => BrowserWindow.getFocusedWindow()?.focus()

  getPath(name: string): string {
    const path = this.#paths.get(name)
    if (path === undefined) throw new Error(`Failed to get '${name}' path`)
    return path
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path)
    if (name === 'userData') this.#paths.set('sessionData', path)
  }

  requestSingleInstanceLock(): boolean {
    return takeInstanceLock(this.getPath('userData'), () => this.emit('second-instance', {}, [], folder, undefined))
  }

  hasSingleInstanceLock = holdsInstanceLock

  releaseSingleInstanceLock(): void {
    releaseInstanceLock(this.getPath('userData'))
  }

  whenReady(): Promise<void> {
    this.#ready ??= this.#boot()
    return this.#ready
  }

  async #boot(): Promise<void> {
    sealSchemes()
    const hostFolder = join(this.getPath('userData'), 'stand-in')
    const server = await startServer((key) => windowByKey(key)?.webContents.link, lastPort(hostFolder))
    keepPort(hostFolder, server.port)
    const browser = await startChromium(hostFolder)
    this.#close = async () => {
      server.close()
      await browser.close()
    }
    browser.context.on('close', () => this.quit())
    const firstPage = browser.context.pages()[0]
    let isFirst = true
    setRuntime({
      newPage: async () => {
        const page = isFirst ? firstPage : undefined
        isFirst = false
        return page ?? browser.context.newPage()
      },
      toServed: (url) => toServed(url, protocol.isProtocolHandled, server.port),
      fromServed: (url) => fromServed(url, server.port),
      allow: (origin) =>
        browser.context.addCookies([
          { name: tokenCookie, value: server.token, url: origin, httpOnly: true, sameSite: 'Strict' },
        ]),
      windowClosed: (remaining) => this.#windowClosed(remaining),
    })
    tell({ type: 'browser', debugUrl: browser.debugUrl })
    this.#isReady = true
    setImmediate(() => this.emit('ready'))
  }

  #windowClosed(remaining: number): void {
    if (remaining > 0) return
    if (this.#quitting) this.#finish()
    else if (!this.emit('window-all-closed')) this.quit()
  }

  /** Electron's order: before-quit, each window's close, will-quit, quit. A listener may prevent the first three. */
  quit(): void {
    if (this.#exiting || prevented(this, 'before-quit')) return
    this.#quitting = true
    const windows = BrowserWindow.getAllWindows()
    if (windows.length === 0) this.#finish()
    for (const window of windows) {
      window.close()
      if (window.isClosing()) continue
      this.#quitting = false
      return
    }
  }

  #finish(): void {
    if (prevented(this, 'will-quit')) {
      this.#quitting = false
      return
    }
    this.exit(0)
  }

  exit(code = 0): void {
    if (this.#exiting) return
    this.#exiting = true
    this.emit('quit', {}, code)
    killUtilityProcesses()
    releaseInstanceLock(this.getPath('userData'))
    const end = () => process.exit(code)
    // The browser ends with its pipe anyway; waiting for it is only tidy.
    setTimeout(end, 3_000).unref()
    const closing = this.#close
    this.#close = undefined
    if (closing) closing().then(end, end)
    else end()
  }
}

export const app = new App()

setImmediate(() =>
  app.whenReady().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    app.exit(1)
  }),
)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  let count = 0
  process.on(signal, () => (++count > 1 ? app.exit(130) : app.quit()))
}
process.on('disconnect', () => app.quit())
onOrder('quit', () => app.quit())
onOrder('second-instance', ({ args }) => app.emit('second-instance', {}, args, folder, undefined))
