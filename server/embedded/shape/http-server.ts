import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Answer, jsonAnswer } from './answer.ts'
import { deleteShape } from './delete-shape.ts'
import { readRequest } from './request.ts'
import { invalid, RequestError } from './request-error.ts'
import { sendFile } from './send-file.ts'
import type { ShapeEngine } from './shape-engine.ts'
import type { ShapeRequests } from './shape-requests.ts'

const SHAPE_METHODS = 'GET, POST, HEAD, DELETE, OPTIONS'
const EXPOSED =
  'electric-cursor,electric-handle,electric-has-data,electric-offset,electric-schema,electric-up-to-date,electric-internal-known-error,retry-after'
const SERVER_NAME = 'Outpost-embedded/1'
const EMPTY = Buffer.alloc(0)
const PRIVATE = { 'cache-control': 'max-age=0, private, must-revalidate' }

type Context = {
  readonly engine: ShapeEngine
  readonly requests: ShapeRequests
  readonly secret: string | null
  readonly onLog: (line: string) => void
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const isAuthorized = (secret: string | null, query: URLSearchParams): boolean =>
  secret === null || timingSafeEqual(digest(query.get('secret') ?? query.get('api_secret') ?? ''), digest(secret))

const baseHeaders = () => ({
  vary: 'accept-encoding',
  'x-request-id': randomBytes(15).toString('base64url'),
  'electric-server': SERVER_NAME,
})

const corsHeaders = (request: IncomingMessage, methods: string): Record<string, string> => ({
  'access-control-allow-origin': request.headers.origin ?? '*',
  'access-control-expose-headers': EXPOSED,
  'access-control-allow-methods': methods,
})

async function send(
  response: ServerResponse,
  { status, body, sized }: Answer,
  headers: Record<string, string>,
  withoutBody: boolean,
): Promise<void> {
  if (sized && Buffer.isBuffer(body)) headers['content-length'] = String(body.length)
  // The real service sends neither `connection` nor `keep-alive`; HTTP/1.1 connections are kept anyway.
  response.removeHeader('connection')
  response.writeHead(status, headers)
  if (withoutBody) response.end()
  else if (Buffer.isBuffer(body)) {
    if (body.length > 0) response.write(body)
    response.end()
  } else {
    await sendFile(body, response)
    response.end()
  }
}

const toAnswer = (error: unknown, onLog: (line: string) => void): Answer => {
  const noStore = { 'cache-control': 'no-store', 'surrogate-control': 'no-store' }
  if (error instanceof RequestError) return jsonAnswer(error.status, error.body, { ...noStore, ...error.headers })
  onLog(`request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return jsonAnswer(500, { error: 'Internal server error' }, noStore)
}

/** A client that has this very answer already gets 304, without the schema. */
function notModified(request: IncomingMessage, answer: Answer): Answer {
  const { etag } = answer.headers
  if (answer.status !== 200 || !etag || request.headers['if-none-match'] !== etag) return answer
  const { 'electric-schema': _schema, ...headers } = answer.headers
  return { status: 304, headers, body: EMPTY, sized: false }
}

async function shapeAnswer(context: Context, request: IncomingMessage, query: URLSearchParams, signal: AbortSignal) {
  try {
    if (request.method === 'POST') throw invalid('subset', 'is not supported by the embedded shape endpoint')
    if (request.method === 'DELETE') return deleteShape(context.engine, query)
    return notModified(request, await context.requests.answer(readRequest(query), signal))
  } catch (error) {
    return toAnswer(error, context.onLog)
  }
}

function healthAnswer(status: ReturnType<() => ShapeEngine['status']>): Answer {
  const noCache = { 'cache-control': 'no-cache, no-store, must-revalidate' }
  return jsonAnswer(status === 'active' ? 200 : 202, { status }, noCache)
}

async function handle(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
  const method = request.method ?? 'GET'
  const isShape = /^\/v1\/shape\/?$/.test(pathname)
  const reply = (answer: Answer, headers: Record<string, string>): Promise<void> =>
    send(response, answer, { ...baseHeaders(), ...headers, ...answer.headers }, method === 'HEAD')
  if (isShape && method === 'OPTIONS') {
    const { vary: _vary, ...headers } = baseHeaders()
    const more = { ...corsHeaders(request, SHAPE_METHODS), 'access-control-max-age': '86400', connection: 'keep-alive' }
    return send(response, { status: 204, headers: {}, body: EMPTY, sized: false }, { ...headers, ...more }, true)
  }
  if (isShape && ['GET', 'POST', 'HEAD', 'DELETE'].includes(method)) {
    if (!isAuthorized(context.secret, query)) {
      const body = Buffer.from('{"message":"Unauthorized - Invalid API secret"}')
      return reply({ status: 401, headers: PRIVATE, body, sized: true }, {})
    }
    const left = new AbortController()
    response.once('close', () => left.abort())
    const answer = await shapeAnswer(context, request, query, left.signal)
    return reply(answer, corsHeaders(request, SHAPE_METHODS))
  }
  const cors = corsHeaders(request, 'GET, HEAD')
  if (pathname === '/v1/health') return reply(healthAnswer(context.engine.status), cors)
  if (pathname === '/') return reply({ status: 200, headers: PRIVATE, body: EMPTY, sized: true }, cors)
  return reply({ status: 404, headers: PRIVATE, body: Buffer.from('Not found'), sized: true }, cors)
}

/** The HTTP face of the endpoint; `listen` is the caller's. */
export function createShapeServer(context: Context): Server {
  const server = createServer((request, response) => {
    handle(context, request, response).catch(() => response.destroy())
  })
  // Longer than any client's own idle bound, so that no request meets a connection that is being closed.
  server.keepAliveTimeout = 75_000
  return server
}
