import { EventEmitter } from 'node:events'
import { createPort, type MessagePortMain, type PortEnd } from '../ports.ts'
import type { FromUtility, ToUtility } from './wire.ts'

type MessageEvent = { data: unknown; ports: MessagePortMain[] }

/** Electron's `process.parentPort`: messages wait for the first listener. */
class ParentPort extends EventEmitter {
  readonly #ports = new Map<number, PortEnd>()
  #waiting: MessageEvent[] | undefined = []

  constructor() {
    super()
    process.on('message', (message: ToUtility) => this.#receive(message))
    this.on('newListener', (name) => {
      if (name === 'message') setImmediate(() => this.start())
    })
  }

  postMessage(data: unknown): void {
    this.#send({ type: 'message', data })
  }

  start(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const event of waiting) this.emit('message', event)
  }

  // A port exists from the moment its introduction arrives, or the traffic right behind it would be lost.
  #adopt(id: number): MessagePortMain {
    const end = createPort({
      post: (payload) => this.#send({ type: 'port-message', port: id, payload }),
      close: () => {
        this.#ports.delete(id)
        this.#send({ type: 'port-closed', port: id })
      },
    })
    this.#ports.set(id, end)
    return end.port
  }

  #receive(message: ToUtility): void {
    switch (message.type) {
      case 'message': {
        const event = { data: message.data, ports: message.ports.map((id) => this.#adopt(id)) }
        if (this.#waiting) this.#waiting.push(event)
        else this.emit('message', event)
        break
      }
      case 'port-message':
        this.#ports.get(message.port)?.deliver(message.payload)
        break
      case 'port-closed':
        this.#ports.get(message.port)?.closed()
        this.#ports.delete(message.port)
        break
    }
  }

  #send(message: FromUtility): void {
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
}

/** Gives the process its parent port, and ends it with its parent; Ctrl-C is the parent's to handle. */
export function installParentPort(): void {
  Object.defineProperty(process, 'parentPort', { value: new ParentPort() })
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => {})
}
