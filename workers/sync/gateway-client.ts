import type { z } from 'zod'
import type { Clock } from '../../core/clock.ts'
import type { EntityName } from '../../core/model/entities.ts'
import {
  type Checksums,
  checksumsAnswer,
  gatewayError,
  type History,
  historyAnswer,
  type MutationsAnswer,
  type MutationsRequest,
  mutationsAnswer,
  type Summary,
  summaryAnswer,
} from '../../core/protocol/gateway.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../core/protocol/version.ts'
import { retryAfterMs } from '../../core/sync/backoff.ts'
import { classifyHttp, type HttpClass } from '../../core/sync/http-class.ts'

export type Fetch = typeof fetch

const REQUEST_TIMEOUT_MS = 60_000

/** What became of a request: only `ok` has a value, and only when its body parsed. */
export type Reply<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: Exclude<HttpClass, 'ok'>; readonly retryAfterMs: number | null; readonly message: string }

export interface GatewayOptions {
  /** The gateway's address, without a trailing slash. */
  readonly address: string
  readonly workspace: string
  readonly token: () => string | null
  readonly fetch: Fetch
  readonly clock: Clock
  /** Told the class of every answer. */
  readonly saw: (kind: HttpClass, trouble: string | null) => void
}

/** The gateway's requests other than the shapes' streams. Never throws: what goes wrong is part of the reply. */
export class GatewayClient {
  readonly #options: GatewayOptions

  constructor(options: GatewayOptions) {
    this.#options = options
  }

  summary(): Promise<Reply<Summary>> {
    return this.#request('summary', summaryAnswer)
  }

  mutations(request: MutationsRequest): Promise<Reply<MutationsAnswer>> {
    return this.#request('mutations', mutationsAnswer, request)
  }

  checksums(entity: EntityName, buckets: readonly number[] = []): Promise<Reply<Checksums>> {
    const chosen = buckets.length === 0 ? '' : `&buckets=${buckets.join(',')}`
    return this.#request(`checksums?entity=${entity}${chosen}`, checksumsAnswer)
  }

  history(entity: EntityName, id: string): Promise<Reply<History>> {
    return this.#request(`history?entity=${entity}&id=${id}`, historyAnswer)
  }

  async #request<S extends z.ZodType>(path: string, schema: S, body?: unknown): Promise<Reply<z.infer<S>>> {
    const reply = await this.#send(path, schema, body)
    this.#options.saw(reply.kind, reply.kind === 'ok' ? null : reply.message)
    return reply
  }

  async #send<S extends z.ZodType>(path: string, schema: S, body?: unknown): Promise<Reply<z.infer<S>>> {
    const { address, workspace, token, clock } = this.#options
    const bearer = token()
    if (bearer === null) return { kind: 'signed_out', retryAfterMs: null, message: 'No sign-in' }
    try {
      const response = await this.#options.fetch(`${address}/v1/workspaces/${workspace}/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: gatewayHeaders(bearer, body !== undefined),
        body: body === undefined ? null : JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      })
      const kind = classifyHttp(response.status, response.headers.has(PROTOCOL_HEADER))
      // The token was renewed while the request was on its way: its 401 speaks of the old one.
      if (kind === 'signed_out' && token() !== bearer) return await this.#send(path, schema, body)
      const retryAfter = retryAfterMs(response.headers.get('retry-after'), clock.now())
      const json: unknown = await response.json().catch(() => undefined)
      if (kind !== 'ok') return { kind, retryAfterMs: retryAfter, message: messageOf(json, response.status) }
      const parsed = schema.safeParse(json)
      if (parsed.success) return { kind: 'ok', value: parsed.data }
      return { kind: 'failed', retryAfterMs: retryAfter, message: 'The server answered something unexpected' }
    } catch (thrown) {
      return { kind: 'offline', retryAfterMs: null, message: thrown instanceof Error ? thrown.message : String(thrown) }
    }
  }
}

/** The headers of every request to the gateway. */
export const gatewayHeaders = (token: string, json: boolean): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
  ...(json ? { 'content-type': 'application/json' } : {}),
})

const messageOf = (json: unknown, status: number): string => {
  const parsed = gatewayError.safeParse(json)
  return parsed.success ? parsed.data.error.message : `HTTP ${status}`
}
