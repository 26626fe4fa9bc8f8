// A worker of the page that owns its socket: the page's own thread is not on a port's way, and the page's CSP, which forbids
// every connection, does not reach in here.
import { decode, encode } from '../codec.ts'
import { packControl, packPortMessage, type ToPage, unpackFrame } from '../wire.ts'

const ports = new Map<number, MessagePort>()
const unsent: Uint8Array<ArrayBuffer>[] = []
const url = new URL('socket', import.meta.url)
url.protocol = 'ws:'
url.search = new URL(import.meta.url).search
const socket = new WebSocket(url)
socket.binaryType = 'arraybuffer'

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

function receive(message: ToPage): void {
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

socket.onopen = () => {
  for (const bytes of unsent.splice(0)) socket.send(bytes)
}
socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
  const frame = unpackFrame<ToPage>(new Uint8Array(data))
  if ('control' in frame) receive(frame.control)
  else ports.get(frame.port)?.postMessage(decode(frame.payload))
}
self.onmessage = ({ data }) => send(packControl(data))
