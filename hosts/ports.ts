import { EventEmitter } from 'node:events'
import { decode, encode } from './codec.ts'

/** What a port's owner does with what is posted on it. */
export type PortLink = { post: (payload: Uint8Array) => void; close: () => void }

/** The owner's side of a port: brings it messages, tells it that the other end is gone, takes it away. */
export type PortEnd = {
  port: MessagePortMain
  deliver: (payload: Uint8Array) => void
  closed: () => void
  /** Neuters the port, as transferring it does; answers the messages that it had not handed out. */
  detach: () => Uint8Array[]
}

type State = { link: PortLink | undefined; started: boolean; waiting: Uint8Array[]; scheduled: boolean }

const states = new WeakMap<MessagePortMain, State>()

function stateOf(port: MessagePortMain): State {
  const state = states.get(port)
  if (!state) throw new TypeError('Illegal constructor')
  return state
}

function handOut(port: MessagePortMain, state: State): void {
  state.scheduled = false
  for (const payload of state.waiting.splice(0)) port.emit('message', { data: decode(payload), ports: [] })
}

// Messages come in a later turn, as from any other process, and stay takeable until then.
function schedule(port: MessagePortMain, state: State): void {
  if (!state.started || state.scheduled) return
  state.scheduled = true
  setImmediate(handOut, port, state)
}

/** Electron's MessagePortMain: messages wait until `start()`; `message` events carry `{ data, ports }`. */
export class MessagePortMain extends EventEmitter {
  postMessage(message: unknown, transfer: readonly MessagePortMain[] = []): void {
    if (transfer.length > 0) throw new TypeError('The stand-in does not send ports over ports.')
    stateOf(this).link?.post(encode(message))
  }

  start(): void {
    const state = stateOf(this)
    state.started = true
    schedule(this, state)
  }

  close(): void {
    const state = stateOf(this)
    const { link } = state
    state.link = undefined
    link?.close()
    if (link) this.emit('close')
  }
}

/** A new port whose messages go to `link`. */
export function createPort(link: PortLink): PortEnd {
  const port = new MessagePortMain()
  const state: State = { link, started: false, waiting: [], scheduled: false }
  states.set(port, state)
  return {
    port,
    deliver: (payload) => {
      state.waiting.push(payload)
      schedule(port, state)
    },
    closed: () => {
      if (!state.link) return
      state.link = undefined
      if (state.started) handOut(port, state)
      port.emit('close')
    },
    detach: () => {
      state.link = undefined
      return state.waiting.splice(0)
    },
  }
}
