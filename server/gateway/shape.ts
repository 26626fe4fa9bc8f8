import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { columnsOf, isEntityName } from '../../core/model/entities.ts'
import { GatewayError } from './gateway-error.ts'
import type { Member } from './membership.ts'
import { ask, passThrough, webStream } from './pass-through.ts'
import { visibleRows } from './visible-rows.ts'

/** Electric's protocol parameters that a client may set. Everything else of its query is dropped: the gateway pins what a shape is. */
export const FORWARDED_PARAMS = ['offset', 'handle', 'live', 'cursor', 'expired_handle', 'cache-buster'] as const

/** Modes that the product does not use and that would reach around the pinned shape, or lose rows behind a proxy. */
const isRefused = (name: string, value: string): boolean =>
  name.startsWith('subset__') ||
  ((name === 'live_sse' || name === 'experimental_live_sse') && value === 'true') ||
  (name === 'log' && value !== 'full')

export interface ShapeSource {
  readonly electricUrl: string
  readonly electricSecret?: string | undefined
}

/**
 * The URL to ask of Electric for a client's shape request.
 *
 * @throws GatewayError `invalid_request` for an unknown table or a mode that is not offered
 */
export const shapeUrl = (source: ShapeSource, query: URLSearchParams, workspaceId: string, member: Member): URL => {
  const table = query.get('table') ?? ''
  if (!isEntityName(table)) throw new GatewayError('invalid_request', { message: 'There is no such table.' })
  for (const [name, value] of query) {
    if (isRefused(name, value)) throw new GatewayError('invalid_request', { message: `"${name}" is not offered here.` })
  }
  const url = new URL('/v1/shape', source.electricUrl)
  for (const name of FORWARDED_PARAMS) {
    const value = query.get(name)
    if (value !== null) url.searchParams.set(name, value)
  }
  const where = visibleRows(table, workspaceId, member)
  url.searchParams.set('table', table)
  url.searchParams.set(
    'columns',
    columnsOf(table)
      .map((column) => `"${column}"`)
      .join(','),
  )
  url.searchParams.set('where', where.sql)
  where.params.forEach((value, index) => {
    url.searchParams.set(`params[${index + 1}]`, value)
  })
  if (source.electricSecret !== undefined) url.searchParams.set('secret', source.electricSecret)
  return url
}

const PASSED_STATUS = new Set([200, 304, 400, 409])
const isPassedHeader = (name: string): boolean =>
  name.startsWith('electric-') || name === 'etag' || name === 'content-type' || name === 'retry-after'

/** The client's end of a connection. */
export interface ShapeClient {
  readonly ifNoneMatch: string | undefined
  /** Aborted when the client goes away: the request to Electric ends too. */
  readonly signal: AbortSignal
  /** Where the answer goes; without it (no HTTP server around) it is a Response with a body. */
  readonly outgoing: ServerResponse | undefined
}

/**
 * Asks Electric and hands its answer through as it streams in. Statuses that are between the gateway and Electric only (a wrong secret,
 * starting, overloaded) become the gateway's own errors.
 *
 * @param more headers of every answer of the gateway
 */
export const fetchShape = async (
  url: URL,
  { ifNoneMatch, signal, outgoing }: ShapeClient,
  more: Readonly<Record<string, string>>,
): Promise<Response> => {
  const asked: Record<string, string> = ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }
  const upstream = await ask(url, asked, signal).catch((thrown: unknown) => {
    throw new GatewayError('server_busy', { cause: thrown })
  })
  const status = upstream.statusCode ?? 0
  if (!PASSED_STATUS.has(status)) {
    upstream.destroy()
    if (status === 429 || status >= 500) {
      const retryAfter = Number.parseInt(upstream.headers['retry-after'] ?? '', 10)
      throw new GatewayError('server_busy', { retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter })
    }
    throw new GatewayError('internal', { message: `The shape service answered ${status}.` })
  }
  const headers = new Headers({ 'cache-control': 'private, no-cache', vary: 'authorization', ...more })
  for (const [name, value] of Object.entries(upstream.headers))
    if (isPassedHeader(name) && value !== undefined) headers.set(name, String(value))
  if (outgoing) {
    await passThrough(upstream, outgoing, headers)
    return RESPONSE_ALREADY_SENT
  }
  if (status === 304) upstream.resume()
  return new Response(status === 304 ? null : webStream(upstream), { status, headers })
}
