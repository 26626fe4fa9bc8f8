import { PROTOCOL_HEADER } from '../../core/protocol/version.ts'
import { classifyHttp, type HttpClass } from '../../core/sync/http-class.ts'
import { endsUpToDate, TAIL_BYTES } from '../../core/sync/shape-message.ts'
import { type BodyBudget, type BodyPlace, NO_MEMORY } from './body-budget.ts'
import type { Fetch } from './gateway-client.ts'
import { readBody } from './http-fetch.ts'

/** The bytes of a body, once they are all here. */
export interface BodyContent {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** They end with the control message that says so. */
  readonly upToDate: boolean
}

/** A body taken past ShapeStream's own parser, with what its headers said. */
export interface RawBody {
  readonly id: number
  /** Rejects where the body breaks off. */
  readonly content: Promise<BodyContent>
  readonly requestedOffset: string
  readonly handle: string
  readonly offset: string
  /** Where it is in memory: released once it is used, or never will be. */
  readonly place: BodyPlace
}

/** The control message that stands for a diverted body. ShapeStream hands unknown controls through. */
export const RAW_CONTROL = 'outpost-raw'

export interface ShapeFetchOptions {
  readonly fetch: Fetch
  readonly budget: BodyBudget
  readonly saw: (kind: HttpClass, trouble: string | null) => void
  readonly divert: (body: RawBody) => void
  /** Ends a body that is still coming when the stream has long gone on. */
  readonly signal: AbortSignal
}

const tailDecoder = new TextDecoder()
let nextId = 1

/**
 * A fetch for ShapeStream that keeps the bodies for itself: its parser costs four times what the insert does. The
 * stream sees a stub with one control message (and `up-to-date`, where the body ends so), so that its protocol states,
 * offsets, 409 and backoff work as ever. The stub says `electric-up-to-date`, which only keeps the stream from
 * prefetching.
 *
 * A chunk of a snapshot is answered for by its headers: the stream asks for the next one while its bytes still come.
 * The budget bounds how many do; one shape's come one after the other, since two at once would both be late.
 *
 * A response that is not the gateway's throws, as a broken connection does: the stream tries again with backoff.
 */
export const shapeFetch = ({ fetch, budget, saw, divert, signal }: ShapeFetchOptions): Fetch => {
  let bodyBefore: Promise<unknown> = Promise.resolve()
  return async (input, init) => {
    let response: Response
    const ends = init?.signal ? AbortSignal.any([init.signal, signal]) : signal
    try {
      response = await fetch(input, { ...init, redirect: 'error', signal: ends })
    } catch (thrown) {
      if (!ends.aborted) saw('offline', thrown instanceof Error ? thrown.message : null)
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
    await bodyBefore
    const place = await budget.take()
    const content = contentOf(response, place)
    bodyBefore = content.catch(place.release)
    const { headers } = response
    const query = new URL(input instanceof Request ? input.url : input).searchParams
    const body: RawBody = {
      id: nextId++,
      content,
      requestedOffset: query.get('offset') ?? '-1',
      handle: headers.get('electric-handle') ?? '',
      offset: headers.get('electric-offset') ?? '',
      place,
    }
    const isSnapshotChunk = SNAPSHOT_OFFSET.test(body.offset) && !headers.has('electric-up-to-date')
    const upToDate = isSnapshotChunk ? false : (await content).upToDate
    divert(body)
    return stub(body.id, upToDate, headers)
  }
}

/** Chunk n of a snapshot is answered with the offset `0_n`. */
const SNAPSHOT_OFFSET = /^0_\d+$/

/** A body of no more is kept beside the budget: it would hold a place while large ones are applied before it. */
const SMALL_BYTES = 64 * 1024

const contentOf = async (response: Response, place: BodyPlace): Promise<BodyContent> => {
  const { memory } = place
  // Not part of a place that is given back while bytes still come.
  place.memory = NO_MEMORY
  const bytes = await readBody(response, memory)
  place.memory = bytes.buffer
  const upToDate = endsUpToDate(tailDecoder.decode(bytes.subarray(-TAIL_BYTES)))
  if (bytes.length > SMALL_BYTES) return { bytes, upToDate }
  const own = bytes.slice()
  place.release()
  return { bytes: own, upToDate }
}

const stub = (id: number, upToDate: boolean, from: Headers): Response => {
  const headers = new Headers(from)
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name)
  headers.set('electric-up-to-date', '')
  const messages: unknown[] = [{ headers: { control: RAW_CONTROL, id } }]
  if (upToDate) messages.push({ headers: { control: 'up-to-date' } })
  return new Response(JSON.stringify(messages), { status: 200, headers })
}
