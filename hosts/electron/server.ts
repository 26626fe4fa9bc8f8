import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer } from 'ws'
import { refusal } from './gate.ts'
import type { PageLink } from './page-link.ts'
import { bridgeScript, scriptsPath } from './page-scripts.ts'
import { protocol, schemeHandler } from './protocol.ts'
import { fromServed, schemeOfHost } from './scheme-url.ts'

/** The loopback server that serves custom schemes to the browser. */
export type LoopbackServer = { port: number; token: string; close: () => void }

function toRequest(request: IncomingMessage, port: number): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    // The token is the host's own business: the app sees the request as it would be without it.
    if (name === 'cookie' || value === undefined) continue
    headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const url = fromServed(`http://${request.headers.host}${request.url}`, port)
  const method = request.method ?? 'GET'
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers })
  const body = Readable.toWeb(request) as ReadableStream<Uint8Array>
  return new Request(url, { method, headers, body, duplex: 'half' })
}

/** A page that is isolated from other origins starts only workers that are. */
const isolated = { 'cross-origin-embedder-policy': 'require-corp' }

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  if (!answer.body) response.end()
  else await pipeline(Readable.fromWeb(answer.body), response)
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(reason)
}

/** Whose page a connection of a bridge worker is: the line of the window with that key. */
export type FindPage = (windowKey: string) => PageLink | undefined

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

/** Starts the server on loopback: on `wishedPort` if it is free (a page's origin has the port in it), else on any. */
export async function startServer(findPage: FindPage, wishedPort: number): Promise<LoopbackServer> {
  const token = randomBytes(32).toString('base64url')
  const server = createServer()
  const port = await listen(server, wishedPort).catch(() => listen(server, 0))

  const refused = (request: IncomingMessage, upgrade: boolean) => {
    const { host, origin, cookie } = request.headers
    return refusal({ host, origin, cookie, upgrade }, { token, port, isHandled: protocol.isProtocolHandled })
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reason = refused(request, false)
    if (reason) return refuse(response, 403, reason)
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (path === `${scriptsPath}stream`) {
      const page = findPage(searchParams.get('window') ?? '')
      if (page) page.attachStream(response)
      else refuse(response, 404, 'no such window')
      return
    }
    if (path.startsWith(scriptsPath)) {
      const source = bridgeScript(path.slice(scriptsPath.length))
      if (source === undefined) return refuse(response, 404, 'no such script')
      response.writeHead(200, { ...isolated, 'content-type': 'text/javascript' }).end(source)
      return
    }
    // Chromium asks for it by itself; Electron does not, so the app never hears of it.
    if (path === '/favicon.ico') {
      response.writeHead(204).end()
      return
    }
    const handler = schemeHandler(schemeOfHost(request.headers.host ?? '', port) ?? '')
    if (!handler) return refuse(response, 404, 'no such scheme')
    await send(await handler(toRequest(request, port)), response)
  }

  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500, String(error))
    })
  })

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1 << 30 })
  server.on('upgrade', (request, stream, head) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (refused(request, true) || url.pathname !== `${scriptsPath}socket`) {
      stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
      return
    }
    const page = findPage(url.searchParams.get('window') ?? '')
    if (page) sockets.handleUpgrade(request, stream, head, (socket) => page.attach(socket))
    else stream.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
  })

  const close = () => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    server.closeAllConnections()
  }
  return { port, token, close }
}
