import { timingSafeEqual } from 'node:crypto'
import { schemeOfHost } from './scheme-url.ts'

/** The cookie that carries the token of this start; only the host's own browser has it. */
export const tokenCookie = 'outpost-stand-in'

/** What the gate looks at in a request to the loopback server. */
export type GateRequest = {
  host: string | undefined
  origin: string | undefined
  cookie: string | undefined
  /** A WebSocket must name its origin; a document or script of the page need not. */
  upgrade: boolean
}

/** What the server expects. */
export type Gate = { token: string; port: number; isHandled: (scheme: string) => boolean }

function cookieValue(header: string, name: string): string | undefined {
  const pair = header.split(';').find((part) => part.trim().startsWith(`${name}=`))
  return pair?.trim().slice(name.length + 1)
}

function sameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * Why a request is refused, or undefined when it may pass: the Host must be one of the served schemes on this port (no DNS
 * rebinding), the Origin that very host, the token the one of this start.
 */
export function refusal(request: GateRequest, gate: Gate): string | undefined {
  const { host, origin } = request
  const scheme = host === undefined ? undefined : schemeOfHost(host, gate.port)
  if (scheme === undefined || !gate.isHandled(scheme)) return 'unknown host'
  if (request.upgrade && origin === undefined) return 'no origin'
  if (origin !== undefined && origin !== `http://${host}`) return 'foreign origin'
  const token = cookieValue(request.cookie ?? '', tokenCookie)
  if (token === undefined || !sameSecret(token, gate.token)) return 'no token'
  return undefined
}
