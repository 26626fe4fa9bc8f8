import { columnsOf, isEntityName } from '../../core/model/entities.ts'
import { GatewayError } from './gateway-error.ts'
import type { Member } from './membership.ts'
import { passThrough } from './pass-through.ts'
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

/**
 * Asks Electric and hands its answer through as it streams in. Statuses that are between the gateway and Electric only (a wrong secret,
 * starting, overloaded) become the gateway's own errors.
 *
 * @param signal ends the request to Electric too, when the client goes away
 * @param breakOff cuts the client's connection, should Electric's answer end half-way
 */
export const fetchShape = async (
  url: URL,
  ifNoneMatch: string | undefined,
  signal: AbortSignal,
  breakOff: (() => void) | null,
): Promise<Response> => {
  const headers: Record<string, string> = ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }
  const upstream = await fetch(url, { headers, signal, redirect: 'error' }).catch((thrown: unknown) => {
    throw new GatewayError('server_busy', { cause: thrown })
  })
  if (!PASSED_STATUS.has(upstream.status)) {
    await upstream.body?.cancel()
    if (upstream.status === 429 || upstream.status >= 500) {
      const retryAfter = Number.parseInt(upstream.headers.get('retry-after') ?? '', 10)
      throw new GatewayError('server_busy', { retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter })
    }
    throw new GatewayError('internal', { message: `The shape service answered ${upstream.status}.` })
  }
  const passed = [...upstream.headers].filter(([name]) => isPassedHeader(name))
  const body = upstream.body && passThrough(upstream.body, breakOff)
  const answer = new Response(body, { status: upstream.status, headers: passed })
  answer.headers.set('cache-control', 'private, no-cache')
  answer.headers.set('vary', 'authorization')
  return answer
}
