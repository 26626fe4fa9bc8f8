import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { tell } from './control.ts'
import { accelerators, connectMenu } from './menu.ts'
import { nativeTheme } from './native-theme.ts'
import { guardNavigation } from './navigation.ts'
import { options } from './options.ts'
import { isolatedWorldScript, mainWorldScript } from './page-scripts.ts'
import { prevented } from './prevention.ts'
import { runtime } from './runtime.ts'
import { WebContents } from './web-contents.ts'

/** The parts of Electron's window options that mean something here. */
export type WindowOptions = {
  width?: number
  height?: number
  title?: string
  show?: boolean
  webPreferences?: { preload?: string }
}

const windows = new Map<string, BrowserWindow>()

/** Electron's BrowserWindow as a page of the browser. */
export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents()
  readonly id = this.webContents.id
  readonly #key = randomUUID()
  readonly #options: WindowOptions
  readonly #opened: Promise<Page>
  #page: Page | undefined
  #prepared: Promise<void> | undefined
  #title: string
  #closing = false

  constructor(windowOptions: WindowOptions = {}) {
    super()
    this.#options = windowOptions
    this.#title = windowOptions.title ?? ''
    windows.set(this.#key, this)
    this.#opened = this.#open()
    this.webContents.on('dom-ready', () => this.webContents.link.send({ type: 'accelerators', list: accelerators() }))
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
    this.webContents.on('did-finish-load', () => tell({ type: 'window', url: this.webContents.getURL() }))
  }

  async #open(): Promise<Page> {
    const page = await runtime().newPage()
    this.#page = page
    const { width = 800, height = 600 } = this.#options
    if (options.headless) await page.setViewportSize(options.viewport ?? { width, height })
    page.on('close', () => this.#closed())
    const { toServed, fromServed } = runtime()
    this.webContents.open({ page, toServed, fromServed })
    return page
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.#opened
    const served = runtime().toServed(url)
    this.#prepared ??= this.#prepare(page, new URL(served).origin)
    await this.#prepared
    await page.goto(served)
  }

  /** The origin of the first load is the one whose documents get the preload script. */
  async #prepare(page: Page, origin: string): Promise<void> {
    await runtime().allow(origin)
    const session = await page.context().newCDPSession(page)
    await session.send('Page.enable')
    const { preload } = this.#options.webPreferences ?? {}
    const source = preload === undefined ? '' : readFileSync(preload, 'utf8')
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source: mainWorldScript() })
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: isolatedWorldScript({ origin, windowKey: this.#key, preload: source }),
      worldName: 'preload',
    })
    await guardNavigation(session, this.webContents)
    await nativeTheme.apply(page)
  }

  #closed(): void {
    if (!windows.delete(this.#key)) return
    this.webContents.link.close()
    this.webContents.emit('destroyed')
    this.emit('closed')
    runtime().windowClosed(windows.size)
  }

  /** Asks to close: a listener of `close` may prevent it. */
  close(): void {
    if (!prevented(this, 'close')) this.destroy()
  }

  /** Whether nothing stopped the window from closing. */
  isClosing(): boolean {
    return this.#closing || this.isDestroyed()
  }

  destroy(): void {
    this.#closing = true
    this.#opened.then((page) => page.close()).catch(() => this.#closed())
  }

  isDestroyed(): boolean {
    return !windows.has(this.#key)
  }

  show(): void {
    this.focus()
  }

  focus(): void {
    if (!options.headless) this.#page?.bringToFront().catch(() => {})
  }

  hide(): void {}
  minimize(): void {}
  maximize(): void {}
  restore(): void {}
  setMenuBarVisibility(): void {}
  setBackgroundColor(): void {}

  isVisible = () => true
  isMinimized = () => false
  isMaximized = () => false
  isFullScreen = () => false
  isFocused = () => true

  setTitle(title: string): void {
    this.#title = title
  }

  getTitle(): string {
    return this.#title
  }

  getBounds() {
    const { width, height } = this.#page?.viewportSize() ?? { width: 800, height: 600, ...this.#options }
    return { x: 0, y: 0, width, height }
  }

  getNormalBounds = () => this.getBounds()

  static getAllWindows(): BrowserWindow[] {
    return [...windows.values()]
  }

  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindow.getAllWindows()[0] ?? null
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null
  }
}

/** The window that a page's socket names. */
export function windowByKey(key: string): BrowserWindow | undefined {
  return windows.get(key)
}

connectMenu(
  () => BrowserWindow.getFocusedWindow() ?? undefined,
  (list) => {
    for (const window of windows.values()) window.webContents.link.send({ type: 'accelerators', list })
  },
)
