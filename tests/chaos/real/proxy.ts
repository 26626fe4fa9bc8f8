import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FaultKind, NetworkKind } from '../faults.ts'

const PAGE = '<!doctype html><title>Welcome to Grand Hotel Wi-Fi</title>'
const PROTOCOL = { 'outpost-protocol': '1', 'content-type': 'application/json' }

export interface ProxyDeps {
  readonly gateway: string
  readonly random: () => number
  readonly hit: (kind: FaultKind) => void
}

/** Stands between one client and the gateway, and does to its requests what the windows say. */
export class FaultProxy {
  readonly windows = new Set<NetworkKind>()
  readonly poisoned = new Set<string>()
  /** Put in the place of the client's token while set. */
  expiredToken: string | null = null
  /** Shape handles seen, by table. */
  readonly handles = new Map<string, string>()
  readonly #deps: ProxyDeps
  readonly #server: Server
  url = ''

  constructor(deps: ProxyDeps) {
    this.#deps = deps
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy())
    })
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    this.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { hit, random } = this.#deps
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const kind = this.#fault(request.method === 'POST', body.toString())
    if (kind !== null) hit(kind)
    const error = (status: number, code: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { ...PROTOCOL, ...headers }).end(JSON.stringify({ error: { code, message: code } }))
    }
    switch (kind) {
      case 'refused':
        response.destroy()
        return
      case 'portal_html':
        response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
        return
      case 'portal_redirect':
        response.writeHead(302, { location: 'http://127.0.0.1:9/login' }).end()
        return
      case 'http_407':
        response.writeHead(407).end(PAGE)
        return
      case 'http_413':
        error(413, 'batch_too_large')
        return
      case 'http_429':
        error(429, 'too_many_requests', { 'retry-after': random() < 0.5 ? '1' : '2' })
        return
      case 'http_500':
      case 'poison_edit':
        error(500, 'internal')
        return
      case 'http_503':
        error(503, 'server_busy')
        return
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, 200 + random() * 1_000))
        break
      case 'duplicate':
        setTimeout(() => void this.#forward(request, body).catch(() => {}), random() * 1_500)
    }
    const answer = await this.#forward(request, body, response)
    if (kind === 'lost_response') {
      response.destroy()
      return
    }
    for (const [name, value] of answer.headers)
      if (!['content-encoding', 'transfer-encoding', 'connection', 'content-length'].includes(name))
        response.setHeader(name, value)
    response.statusCode = answer.status
    if (kind === 'cut_body') {
      response.setHeader('content-length', answer.body.length + 1)
      response.write(answer.body.subarray(0, Math.floor(random() * answer.body.length)), () => response.destroy())
    } else response.end(answer.body)
  }

  async #forward(
    request: IncomingMessage,
    body: Buffer,
    response?: ServerResponse,
  ): Promise<{ status: number; headers: Headers; body: Buffer }> {
    const { hit, gateway } = this.#deps
    const abort = new AbortController()
    response?.once('close', () => abort.abort())
    const headers = new Headers()
    for (const name of ['authorization', 'outpost-protocol', 'content-type', 'if-none-match']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    if (this.expiredToken !== null) headers.set('authorization', `Bearer ${this.expiredToken}`)
    const answer = await fetch(gateway + (request.url ?? '/'), {
      method: request.method ?? 'GET',
      headers,
      body: request.method === 'POST' ? new Uint8Array(body) : null,
      redirect: 'manual',
      signal: abort.signal,
    })
    const found = { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) }
    const handle = answer.headers.get('electric-handle')
    const table = new URL(request.url ?? '/', 'http://proxy').searchParams.get('table')
    if (table !== null && handle !== null) this.handles.set(table, handle)
    if (found.status === 409) hit(handle === null ? 'refetch_without_handle' : 'refetch_with_handle')
    if (found.status === 401) hit('token_expired')
    if (found.status === 403) hit('membership_revoked')
    return found
  }

  #fault(posts: boolean, body: string): NetworkKind | null {
    for (const kind of this.windows) {
      if (kind === 'poison_edit') {
        if (posts && [...this.poisoned].some((id) => body.includes(id))) return kind
      } else if ((kind === 'http_413' || kind === 'duplicate') && !posts) continue
      else if (this.#deps.random() < (posts ? 0.7 : 0.4)) return kind
    }
    return null
  }
}
