import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import { frameLength } from '../frames.ts'
import { type FromPage, packControl, packPortMessage, type ToPage, unpackFrame } from '../wire.ts'
import { closedAt, type PortPlace, placeGone, postedAt } from './port-hub.ts'

/**
 * The line to a window's current document: its socket brings what the page says, and the answer to one endless request of
 * its bridge worker carries everything to it (Chromium takes bytes from a response many times faster than from a socket).
 * What is sent while there is no document waits for the next one.
 */
export class PageLink {
  readonly place: PortPlace
  #socket: WebSocket | undefined
  #stream: ServerResponse | undefined
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
  }

  /** The request for the current document's stream, which it makes once its socket is open. */
  attachStream(stream: ServerResponse): void {
    this.#stream?.destroy()
    this.#stream = stream
    stream.on('close', () => {
      if (this.#stream === stream && this.#socket) this.#drop(this.#socket)
    })
    stream.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' })
    stream.flushHeaders()
    for (const frame of this.#waiting.splice(0)) this.#write(frame)
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

  #write(frame: Uint8Array): void {
    if (!this.#stream) {
      this.#waiting.push(frame)
      return
    }
    this.#stream.cork()
    this.#stream.write(frameLength(frame))
    this.#stream.write(frame)
    this.#stream.uncork()
  }

  #drop(socket: WebSocket): void {
    const stream = this.#stream
    this.#socket = undefined
    this.#stream = undefined
    socket.terminate()
    stream?.destroy()
    placeGone(this.place)
  }
}
