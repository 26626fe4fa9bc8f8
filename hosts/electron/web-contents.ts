import { EventEmitter } from 'node:events'
import type { Page } from 'playwright-core'
import type { MessagePortMain } from '../ports.ts'
import type { FromPage } from '../wire.ts'
import { type IpcMainEvent, invokeHandler, ipcMain } from './ipc-main.ts'
import { chooseAccelerator } from './menu.ts'
import { PageLink } from './page-link.ts'
import { transfer } from './port-hub.ts'
import { answerPrompt } from './prompt.ts'
import { session } from './session.ts'

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

/** What the window tells its contents: the page, how URLs are translated, where accelerators go. */
export type PageAccess = { page: Page; toServed: (url: string) => string; fromServed: (url: string) => string }

let lastId = 0

/** Electron's webContents over a Playwright page. */
export class WebContents extends EventEmitter {
  readonly id = ++lastId
  readonly session = session.defaultSession
  readonly link = new PageLink((message) => this.#receive(message))
  #access: PageAccess | undefined
  #openHandler: OpenHandler | undefined

  /** The window's page is there. */
  open(access: PageAccess): void {
    this.#access = access
    const { page, fromServed } = access
    page.on('console', (message) =>
      this.emit('console-message', { message: message.text(), level: message.type(), frame: page.url() }),
    )
    page.on('pageerror', (error) => this.emit('console-message', { message: String(error), level: 'error' }))
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }))
    page.on('popup', (popup) => {
      const answer = this.#openHandler?.({ url: fromServed(popup.url()) }) ?? { action: 'allow' }
      if (answer.action === 'deny') popup.close().catch(() => {})
    })
  }

  #page(): Page {
    if (!this.#access) throw new Error('The window has no page yet.')
    return this.#access.page
  }

  getURL(): string {
    return this.#access ? this.#access.fromServed(this.#access.page.url()) : ''
  }

  isDestroyed(): boolean {
    return this.#access?.page.isClosed() ?? false
  }

  send(channel: string, ...args: unknown[]): void {
    this.link.send({ type: 'message', channel, args, ports: [] })
  }

  postMessage(channel: string, message: unknown, ports: readonly MessagePortMain[] = []): void {
    transfer(ports, this.link.place, (ids) => this.link.send({ type: 'message', channel, args: [message], ports: ids }))
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler
  }

  executeJavaScript(code: string): Promise<unknown> {
    return this.#page().evaluate(code)
  }

  reload(): void {
    this.#page()
      .reload()
      .catch((error: unknown) => this.emit('did-fail-load', {}, -2, String(error), this.getURL()))
  }

  /** A picture of the page; only `toPNG`, `isEmpty` and `getSize` of Electron's NativeImage. */
  async capturePage() {
    const png = await this.#page().screenshot()
    // Width and height stand at fixed places of a PNG's first chunk.
    const size = { width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
    return { toPNG: () => png, isEmpty: () => false, getSize: () => size }
  }

  #event(): IpcMainEvent {
    const url = this.getURL()
    const senderFrame = { url, origin: url.split('/').slice(0, 3).join('/'), parent: null }
    return { sender: this, senderFrame, processId: 1, frameId: 1 }
  }

  #receive(message: FromPage): void {
    switch (message.type) {
      case 'send':
        ipcMain.emit(message.channel, this.#event(), ...message.args)
        break
      case 'invoke':
        invokeHandler(this.#event(), message.channel, message.args).then((answer) =>
          this.link.send({ type: 'answer', id: message.id, ...answer }),
        )
        break
      case 'document':
        if (message.state === 'dom-ready') this.emit('dom-ready')
        else this.emit('did-finish-load')
        break
      case 'accelerator':
        chooseAccelerator(message.id)
        break
      case 'prompt-answer':
        answerPrompt(message.id, message.button, message.text)
        break
      case 'port-closed':
        break
    }
  }
}
