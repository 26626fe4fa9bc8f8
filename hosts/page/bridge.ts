// A worker of the page that owns its connection to the host: the page's own thread is not on a port's way, and the page's CSP,
// which forbids every connection, does not reach in here.
import { decode, encode } from '../codec.ts'
import { FrameReader } from '../frames.ts'
import { packControl, packPortMessage, type ToPage, unpackFrame } from '../wire.ts'

const ports = new Map<number, MessagePort>()
const unsent: Uint8Array<ArrayBuffer>[] = []
const here = new URL(import.meta.url)

function address(name: string, protocol: string): URL {
  const url = new URL(name, here)
  url.protocol = protocol
  url.search = here.search
  return url
}

const socket = new WebSocket(address('socket', 'ws:'))

function send(bytes: Uint8Array<ArrayBuffer>): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(bytes)
  else unsent.push(bytes)
}

function adopt(id: number): MessagePort {
  const { port1, port2 } = new MessageChannel()
  ports.set(id, port1)
  port1.onmessage = ({ data }) => send(packPortMessage(id, encode(data)))
  port1.addEventListener('close', () => {
    if (ports.delete(id)) send(packControl({ type: 'port-closed', port: id }))
  })
  return port2
}

function receiveControl(message: ToPage): void {
  if (message.type === 'port-closed') {
    const port = ports.get(message.port)
    ports.delete(message.port)
    port?.close()
  } else if (message.type === 'message') {
    const transfer = message.ports.map(adopt)
    self.postMessage(message, { transfer })
  } else {
    self.postMessage(message)
  }
}

function receive(bytes: Uint8Array): void {
  const frame = unpackFrame<ToPage>(bytes)
  if ('control' in frame) receiveControl(frame.control)
  else ports.get(frame.port)?.postMessage(decode(frame.payload))
}

async function readStream(): Promise<void> {
  const { body } = await fetch(address('stream', 'http:'))
  const reader = body?.getReader()
  const frames = new FrameReader()
  for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
    for (const frame of frames.read(piece.value)) receive(frame)
  }
}

// The stream follows the socket, so that the host takes it for this document's and not for the one before.
socket.onopen = () => {
  for (const bytes of unsent.splice(0)) socket.send(bytes)
  readStream().catch(() => socket.close())
}
self.onmessage = ({ data }) => send(packControl(data))
