// The isolated world of the preload script: what `require('electron')` is there. No module syntax survives here: the host
// strips the types and the word `export`, and puts this file behind those that it uses into one function.
import type { FromPage, ToPage } from '../wire.ts'
import { listenForAccelerators } from './accelerators.ts'
import { showPrompt } from './prompts.ts'
import { worldBridge } from './world-bridge.ts'

type Listener = (event: { sender: unknown; ports: readonly MessagePort[] }, ...args: unknown[]) => void
type Pending = { resolve: (value: unknown) => void; reject: (error: Error) => void }

function createIpcRenderer(worker: Worker) {
  const listeners = new Map<string, Listener[]>()
  const pending = new Map<number, Pending>()
  let lastId = 0
  const post = (message: FromPage) => worker.postMessage(message)

  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        post({ type: 'invoke', id, channel, args })
        pending.set(id, { resolve, reject })
      }),
    send: (channel: string, ...args: unknown[]) => post({ type: 'send', channel, args }),
    on(channel: string, listener: Listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      return ipcRenderer
    },
    once(channel: string, listener: Listener) {
      const first: Listener = (event, ...args) => {
        ipcRenderer.removeListener(channel, first)
        listener(event, ...args)
      }
      return ipcRenderer.on(channel, first)
    },
    off: (channel: string, listener: Listener) => ipcRenderer.removeListener(channel, listener),
    removeListener(channel: string, listener: Listener) {
      listeners.set(channel, listeners.get(channel)?.filter((each) => each !== listener) ?? [])
      return ipcRenderer
    },
    removeAllListeners(channel: string) {
      listeners.delete(channel)
      return ipcRenderer
    },
  }

  function receive(message: ToPage, ports: readonly MessagePort[]): void {
    if (message.type === 'message') {
      const event = { sender: ipcRenderer, ports }
      for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args)
    } else if (message.type === 'answer') {
      const call = pending.get(message.id)
      pending.delete(message.id)
      if (message.ok) call?.resolve(message.value)
      else call?.reject(new Error(message.error))
    }
  }
  return { ipcRenderer, post, receive }
}

/** Starts the page's bridge worker and answers what the preload script runs with. */
export function startIsolatedWorld(settings: { windowKey: string; platform: string }) {
  const worker = new Worker(`/__stand-in/bridge.js?window=${settings.windowKey}`, { type: 'module' })
  const { ipcRenderer, post, receive } = createIpcRenderer(worker)
  const setAccelerators = listenForAccelerators((id) => post({ type: 'accelerator', id }))
  worker.onmessage = ({ data, ports }: MessageEvent<ToPage>) => {
    if (data.type === 'accelerators') setAccelerators(data.list)
    else if (data.type === 'prompt') {
      showPrompt(data.prompt, (button, text) => post({ type: 'prompt-answer', id: data.id, button, text }))
    } else receive(data, ports)
  }
  window.addEventListener('DOMContentLoaded', () => post({ type: 'document', state: 'dom-ready' }))
  window.addEventListener('load', () => post({ type: 'document', state: 'load' }))

  const bridge = worldBridge('stand-in:preload', 'stand-in:page')
  const contextBridge = { exposeInMainWorld: bridge.expose }
  const webUtils = { getPathForFile: () => '' }
  const electron = { contextBridge, ipcRenderer, webUtils }
  return {
    module: { exports: {} },
    process: { platform: settings.platform, contextIsolated: true, sandboxed: true },
    require: (name: string): unknown => {
      if (name === 'electron' || name === 'electron/renderer') return electron
      throw new Error(`module not found: ${name}`)
    },
  }
}
