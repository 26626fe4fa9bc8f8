import { contextBridge, ipcRenderer } from 'electron'
import { CALL_CHANNEL, EVENT_CHANNEL, QUERY_PORT_CHANNEL } from '../../core/protocol/ipc-channels.ts'
import type { EventName, Events, OutpostApi } from '../../core/protocol/window-api.ts'

type Listener = (payload: never) => void

const listeners = new Map<EventName, Set<Listener>>()

ipcRenderer.on(EVENT_CHANNEL, <E extends EventName>(_: unknown, event: E, payload: Events[E]) => {
  for (const listener of listeners.get(event) ?? []) (listener as (payload: Events[E]) => void)(payload)
})

ipcRenderer.on(QUERY_PORT_CHANNEL, (event, message: unknown) => {
  window.postMessage(message, window.location.origin, event.ports)
})

const api: OutpostApi = {
  call: (method, params) => ipcRenderer.invoke(CALL_CHANNEL, method, params),
  on: (event, listener) => {
    const ofEvent = listeners.get(event) ?? new Set()
    listeners.set(event, ofEvent.add(listener))
    return () => {
      ofEvent.delete(listener)
    }
  },
}

contextBridge.exposeInMainWorld('outpost', api)
