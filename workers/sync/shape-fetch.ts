import { PROTOCOL_HEADER } from '../../core/protocol/version.ts'
import { classifyHttp, type HttpClass } from '../../core/sync/http-class.ts'
import { endsUpToDate, TAIL_BYTES } from '../../core/sync/shape-message.ts'
import type { BodyBudget } from './body-budget.ts'
import type { Fetch } from './gateway-client.ts'

/** A body taken past ShapeStream's own parser, with what its headers said. */
export interface RawBody {
  readonly id: number
  readonly bytes: ArrayBuffer
  readonly requestedOffset: string
  readonly handle: string
  readonly offset: string
  readonly upToDate: boolean
  /** Gives the body's place in memory back. */
  readonly release: () => void
}

/** The control message that stands for a diverted body. ShapeStream hands unknown controls through. */
export const RAW_CONTROL = 'outpost-raw'

export interface ShapeFetchOptions {
  readonly fetch: Fetch
  readonly budget: BodyBudget
  readonly saw: (kind: HttpClass, trouble: string | null) => void
  readonly divert: (body: RawBody) => void
}

const tailDecoder = new TextDecoder()
let nextId = 1

/**
 * A fetch for ShapeStream that keeps the bodies for itself: its parser costs four times what the insert does. The
 * stream sees a stub with one control message (and `up-to-date`, where the body ends so), so that its protocol states,
 * offsets, 409 and backoff work as ever. The stub says `electric-up-to-date`, which only keeps the stream from
 * prefetching: a stream has one body in hand.
 *
 * A response that is not the gateway's throws, as a broken connection does: the stream tries again with backoff.
 */
export const shapeFetch =
  ({ fetch, budget, saw, divert }: ShapeFetchOptions): Fetch =>
  async (input, init) => {
    let response: Response
    try {
      response = await fetch(input, { ...init, redirect: 'error' })
    } catch (thrown) {
      if (!init?.signal?.aborted) saw('offline', thrown instanceof Error ? thrown.message : null)
      throw thrown
    }
    const kind = classifyHttp(response.status, response.headers.has(PROTOCOL_HEADER))
    // A 409 asks for a refetch and is ShapeStream's business; it says nothing about the way to the gateway.
    saw(
      response.status === 409 && kind === 'failed' ? 'ok' : kind,
      kind === 'failed' ? `HTTP ${response.status}` : null,
    )
    if (kind === 'not_gateway') throw new TypeError('The answer is not the gateway’s')
    if (response.status !== 200) return response
    const release = await budget.take()
    try {
      const bytes = await response.arrayBuffer()
      const { headers } = response
      const url = new URL(input instanceof Request ? input.url : input)
      const body: RawBody = {
        id: nextId++,
        bytes,
        requestedOffset: url.searchParams.get('offset') ?? '-1',
        handle: headers.get('electric-handle') ?? '',
        offset: headers.get('electric-offset') ?? '',
        upToDate: endsUpToDate(tailDecoder.decode(bytes.slice(Math.max(0, bytes.byteLength - TAIL_BYTES)))),
        release,
      }
      divert(body)
      return stub(body, headers)
    } catch (thrown) {
      release()
      throw thrown
    }
  }

const stub = (body: RawBody, from: Headers): Response => {
  const headers = new Headers(from)
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name)
  headers.set('electric-up-to-date', '')
  const messages: unknown[] = [{ headers: { control: RAW_CONTROL, id: body.id } }]
  if (body.upToDate) messages.push({ headers: { control: 'up-to-date' } })
  return new Response(JSON.stringify(messages), { status: 200, headers })
}
