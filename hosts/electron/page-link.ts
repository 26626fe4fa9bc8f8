import { WebSocket } from 'ws'
import { type FromPage, packControl, packPortMessage, type ToPage, unpackFrame } from '../wire.ts'
import { closedAt, type PortPlace, placeGone, postedAt } from './port-hub.ts'

/** The socket of a window's current document. What is sent while there is none waits for the next document. */
export class PageLink {
  readonly place: PortPlace
  #socket: WebSocket | undefined
  #waiting: Uint8Array[] = []
  readonly #onControl: (message: FromPage) => void

  constructor(onControl: (message: FromPage) => void) {
    this.#onControl = onControl
    this.place = {
      deliver: (port, payload) => this.#write(packPortMessage(port, payload)),
      closed: (port) => this.send({ type: 'port-closed', port }),
    }
  }

  /** A new document connected: it takes the former one's place, whose ports close. */
  attach(socket: WebSocket): void {
    if (this.#socket) this.#drop(this.#socket)
    this.#socket = socket
    socket.binaryType = 'nodebuffer'
    socket.on('message', (bytes: Buffer) => {
      if (this.#socket === socket) this.#receive(bytes)
    })
    socket.on('close', () => {
      if (this.#socket === socket) this.#drop(socket)
    })
    for (const bytes of this.#waiting.splice(0)) socket.send(bytes)
  }

  send(message: ToPage): void {
    this.#write(packControl(message))
  }

  /** The window is gone. */
  close(): void {
    this.#waiting = []
    if (this.#socket) this.#drop(this.#socket)
  }

  #receive(bytes: Buffer): void {
    const frame = unpackFrame<FromPage>(bytes)
    if (!('control' in frame)) postedAt(this.place, frame.port, frame.payload)
    else if (frame.control.type === 'port-closed') closedAt(this.place, frame.control.port)
    else this.#onControl(frame.control)
  }

  #write(bytes: Uint8Array): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes)
    else this.#waiting.push(bytes)
  }

  #drop(socket: WebSocket): void {
    this.#socket = undefined
    socket.terminate()
    placeGone(this.place)
  }
}
