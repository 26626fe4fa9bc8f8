import { EventEmitter } from 'node:events'
import type { WebContents } from './web-contents.ts'

/** What a listener or handler learns about the caller. `senderFrame.url` is the custom-scheme URL, as in Electron. */
export type IpcMainEvent = {
  sender: WebContents
  senderFrame: { url: string; origin: string; parent: null }
  processId: number
  frameId: number
}

type Handler = (event: IpcMainEvent, ...args: unknown[]) => unknown

const handlers = new Map<string, Handler>()

class IpcMain extends EventEmitter {
  handle(channel: string, handler: Handler): void {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    handlers.set(channel, handler)
  }

  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args) => {
      handlers.delete(channel)
      return handler(event, ...args)
    })
  }

  removeHandler(channel: string): void {
    handlers.delete(channel)
  }
}

export const ipcMain = new IpcMain()

/** What `ipcRenderer.invoke` answers: the handler's result, or the text of the error that Electron rejects with. */
export async function invokeHandler(
  event: IpcMainEvent,
  channel: string,
  args: unknown[],
): Promise<{ ok: true; value: unknown } | { ok: false; error: string }> {
  try {
    const handler = handlers.get(channel)
    if (!handler) throw new Error(`No handler registered for '${channel}'`)
    return { ok: true, value: await handler(event, ...args) }
  } catch (error) {
    return { ok: false, error: `Error invoking remote method '${channel}': ${error}` }
  }
}
