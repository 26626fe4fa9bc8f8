import { isEntityName } from '../../../core/model/entities.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../../core/protocol/version.ts'
import type { Random } from '../../../core/random.ts'
import type { Fetch } from '../../../workers/sync/gateway-client.ts'
import type { FaultKind, NetworkKind } from '../faults.ts'
import { type Answer, gatewayError, type ModelServer, type Waiting } from '../model/server.ts'
import type { Member } from '../model/tables.ts'
import type { SimProcess } from './process.ts'
import type { VirtualTime } from './time.ts'
import type { Trace } from './trace.ts'

const LIVE_MS = 20_000
const PAGE = '<!doctype html><title>Welcome to Grand Hotel Wi-Fi</title>'

export interface Window {
  readonly kind: NetworkKind
  /** Index of the client; null: all. */
  readonly client: number | null
}

export interface NetworkDeps {
  readonly time: VirtualTime
  readonly random: Random
  readonly server: ModelServer
  readonly trace: Trace
  readonly hit: (kind: FaultKind) => void
}

/** A client's way to the server, with its place among the clients. */
export interface Route {
  readonly client: number
  readonly member: Member
  readonly tokenValid: (bearer: string) => boolean
}

interface Request {
  readonly route: Route
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
  readonly bearer: string
}

interface Flight {
  /** Answers the client; `cutAt` is the byte where the body breaks off. */
  answer(answer: Answer, options?: { foreign?: boolean; cut?: boolean }): void
  fail(): void
  readonly over: () => boolean
}

/** The network between simulated clients and the model server: every latency and fault comes from the seed. */
export class SimNetwork {
  readonly windows = new Set<Window>()
  /** Asked first about each request. */
  forced: () => NetworkKind | null = () => null
  gatewayDown = false
  endpointDown = false
  postgresDown = false
  /** Mutations that name one of these are answered 500. */
  readonly poisoned = new Set<string>()
  readonly #deps: NetworkDeps
  readonly #flights = new Set<Flight>()

  constructor(deps: NetworkDeps) {
    this.#deps = deps
  }

  fetchOf(process: SimProcess, route: Route): Fetch {
    const { time, trace } = this.#deps
    return (input, init) =>
      new Promise<Response>((resolve, reject) => {
        const url = new URL(String(input))
        const request: Request = {
          route,
          method: init?.method ?? 'GET',
          path: url.pathname.split('/').slice(4).join('/'),
          query: url.searchParams,
          body: typeof init?.body === 'string' ? init.body : '',
          bearer: new Headers(init?.headers).get('authorization') ?? '',
        }
        const { signal } = init ?? {}
        let over = false
        const end = (): void => {
          over = true
          this.#flights.delete(flight)
          signal?.removeEventListener('abort', onAbort)
        }
        const later = (act: () => void): void => {
          process.after(this.#latency(), () => {
            if (over) return
            end()
            act()
          })
        }
        const flight: Flight = {
          over: () => over,
          answer: (answer, options = {}) => {
            trace.note(time.now, process.name, `${answer.status} ${answer.body.length} ${request.path}`)
            const response = this.#response(answer, options)
            later(() => resolve(response))
          },
          fail: () => later(() => reject(new TypeError('fetch failed'))),
        }
        const onAbort = (): void => {
          if (over) return
          end()
          reject(signal?.reason)
        }
        this.#flights.add(flight)
        if (signal?.aborted) onAbort()
        signal?.addEventListener('abort', onAbort)
        time.after(this.#latency(), () => {
          trace.note(time.now, process.name, `${request.method} ${request.path}?${request.query} ${request.body}`)
          this.#arrive(request, flight)
        })
      })
  }

  /** Every connection breaks. */
  cutAll(): void {
    for (const flight of [...this.#flights]) flight.fail()
  }

  #latency(): number {
    const { random } = this.#deps
    return 5 + random() * 35
  }

  #arrive(request: Request, flight: Flight): void {
    const { random, time, hit } = this.#deps
    if (this.gatewayDown) {
      hit('gateway_restart')
      flight.fail()
      return
    }
    const kind = this.#fault(request)
    if (kind !== null) hit(kind)
    switch (kind) {
      case null:
        this.#serve(request, flight)
        return
      case 'refused':
      case 'portal_redirect':
        flight.fail()
        return
      case 'portal_html':
        flight.answer({ status: 200, headers: { 'content-type': 'text/html' }, body: PAGE }, { foreign: true })
        return
      case 'http_407':
        flight.answer({ status: 407, headers: {}, body: PAGE }, { foreign: true })
        return
      case 'http_413':
        flight.answer(gatewayError(413, 'batch_too_large'))
        return
      case 'http_429':
        flight.answer(gatewayError(429, 'too_many_requests', { 'retry-after': random() < 0.5 ? '1' : '2' }))
        return
      case 'http_500':
        flight.answer(gatewayError(500, 'internal'))
        return
      case 'http_503':
        flight.answer(gatewayError(503, 'server_busy'))
        return
      case 'poison_edit':
        flight.answer(gatewayError(500, 'internal'))
        return
      case 'delay':
        time.after(200 + random() * 1_000, () => this.#serve(request, flight))
        return
      case 'cut_body':
        this.#serve(request, { ...flight, answer: (answer) => flight.answer(answer, { cut: true }) })
        return
      case 'lost_response':
        this.#serve(request, { ...flight, answer: () => flight.fail() })
        return
      case 'duplicate':
        this.#serve(request, flight)
        time.after(random() * 2_500, () => this.#serve(request, { answer: () => {}, fail: () => {}, over: () => true }))
    }
  }

  #fault({ route, method, body }: Request): NetworkKind | null {
    const { random } = this.#deps
    const forced = this.forced()
    if (forced !== null) return forced
    for (const { kind, client } of this.windows) {
      if (client !== null && client !== route.client) continue
      const posts = method === 'POST'
      if (kind === 'poison_edit') {
        if (posts && [...this.poisoned].some((id) => body.includes(id))) return kind
        continue
      }
      if ((kind === 'http_413' || kind === 'duplicate') && !posts) continue
      if (random() < (posts ? 0.7 : 0.4)) return kind
    }
    return null
  }

  #serve(request: Request, flight: Flight): void {
    const { server, time, random, hit } = this.#deps
    const { route, method, path, query, body } = request
    const { member } = route
    if (!route.tokenValid(request.bearer)) {
      hit('token_expired')
      flight.answer(gatewayError(401, 'signed_out'))
      return
    }
    if (server.revoked.has(member.userId)) {
      hit('membership_revoked')
      flight.answer(gatewayError(403, 'no_access'))
      return
    }
    if (this.postgresDown) {
      hit('postgres_kill')
      flight.answer(gatewayError(503, 'server_busy'))
      return
    }
    if (method === 'POST' && path === 'mutations') flight.answer(server.mutations(member, body))
    else if (path === 'summary') flight.answer(server.summary(member))
    else if (path === 'checksums') {
      const entity = query.get('entity') ?? ''
      const chosen = (query.get('buckets') ?? '').split(',').filter(Boolean).map(Number)
      flight.answer(
        isEntityName(entity) ? server.checksums(member, entity, chosen) : gatewayError(400, 'invalid_request'),
      )
    } else if (path === 'shape') {
      if (this.endpointDown) {
        hit('endpoint_kill')
        flight.answer(gatewayError(503, 'server_busy'))
        return
      }
      let waiting: Waiting | null = null
      const cancel = time.after(LIVE_MS - random() * 1_000, () => waiting?.expire())
      waiting = server.shape(member, query, (answer) => {
        cancel()
        if (answer.status === 409)
          hit(answer.headers['electric-handle'] === undefined ? 'refetch_without_handle' : 'refetch_with_handle')
        flight.answer(answer)
      })
    } else flight.answer(gatewayError(404, 'not_found'))
  }

  #response({ status, headers, body }: Answer, { foreign = false, cut = false }): Response {
    const all = new Headers(headers)
    if (!foreign) all.set(PROTOCOL_HEADER, String(PROTOCOL_VERSION))
    if (!cut) return new Response(body, { status, headers: all })
    const bytes = new TextEncoder().encode(body)
    const part = bytes.slice(0, Math.floor(this.#deps.random() * bytes.length))
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (part.length > 0) controller.enqueue(part)
        controller.error(new TypeError('terminated'))
      },
    })
    return new Response(broken, { status, headers: all })
  }
}
