import http from 'node:http'
import https from 'node:https'
import { finished, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { freeChunk, freeReadChunks } from '../../core/free-chunk.ts'
import type { Fetch } from './gateway-client.ts'

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}
const NO_BODY = [204, 205, 304]
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Connections are kept between requests; a long poll holds one for each shape. */
const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
}

/** An answer whose body is collected once, when it is asked for. */
class HttpAnswer extends Response {
  /** Collects the body into `memory`, or into larger memory where it does not fit. */
  readonly readInto: (memory: ArrayBuffer) => Promise<Uint8Array<ArrayBuffer>>
  override readonly arrayBuffer = async (): Promise<ArrayBuffer> => {
    const { buffer, byteLength } = await this.readInto(new ArrayBuffer(0))
    return buffer.transfer(byteLength)
  }
  override readonly text = async (): Promise<string> => new TextDecoder().decode(await this.arrayBuffer())
  override readonly json = async (): Promise<unknown> => JSON.parse(await this.text())

  constructor(incoming: http.IncomingMessage, signal: AbortSignal | null) {
    const headers = new Headers()
    for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2)
      headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '')
    super(null, { status: incoming.statusCode ?? 0, statusText: incoming.statusMessage ?? '', headers })
    if (NO_BODY.includes(this.status)) incoming.resume()
    this.readInto = (memory) =>
      collect(incoming, headers.get('content-encoding'), memory).catch((thrown: unknown) => {
        throw signal?.aborted ? signal.reason : thrown
      })
  }
}

/** What memory is taken for a body: of a large one's pages the system gives those that are written to, and no others. */
const SIZES = [16 * 1024, 512 * 1024, 12 * 2 ** 20]

/** The bytes that were there, in memory that holds at least `needed`; what they were in is free. */
const grown = (bytes: Uint8Array<ArrayBuffer>, used: number, needed: number): Uint8Array<ArrayBuffer> => {
  const larger = new Uint8Array(SIZES.find((size) => size >= needed) ?? needed * 2)
  larger.set(bytes.subarray(0, used))
  freeChunk(bytes)
  return larger
}

const collect = (
  incoming: http.IncomingMessage,
  encoding: string | null,
  memory: ArrayBuffer,
): Promise<Uint8Array<ArrayBuffer>> =>
  new Promise((resolve, reject) => {
    const decoder = DECODERS[encoding ?? '']
    const body: Readable = decoder ? incoming.compose(decoder()) : incoming
    let bytes = new Uint8Array(memory)
    let size = 0
    body.on('data', (chunk: Buffer<ArrayBuffer>) => {
      if (size + chunk.length > bytes.length) bytes = grown(bytes, size, size + chunk.length)
      bytes.set(chunk, size)
      size += chunk.length
      // A decoder's pieces are its own business.
      if (!decoder) freeChunk(chunk)
    })
    finished(body, (error) => (error ? reject(error) : resolve(bytes.subarray(0, size))))
  })

/** A body's bytes, at the beginning of `memory` where the answer is of `httpFetch` and fits into it. */
export const readBody = async (response: Response, memory: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> =>
  response instanceof HttpAnswer ? response.readInto(memory) : new Uint8Array(await response.arrayBuffer())

const get = (url: URL, headers: Headers, signal: AbortSignal | null): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const agent = agents[secure ? 'https:' : 'http:']
    const request = (secure ? https : http).get(url, { agent, headers: Object.fromEntries(headers) }, resolve)
    request.on('socket', freeReadChunks)
    // Not by the request's own signal: its error could reach a socket between two requests, which has no listener for it.
    const abort = (): void => void request.destroy()
    signal?.addEventListener('abort', abort, { once: true })
    request.on('close', () => signal?.removeEventListener('abort', abort))
    request.on('error', (error) => reject(signal?.aborted ? signal.reason : error))
  })

/**
 * The fetch of the sync process. A GET goes over Node's own HTTP client: a first load is hundreds of megabytes, and a
 * web stream costs more than all the rest of bringing them here. Redirects are answers, as with `redirect: 'manual'`.
 */
export const httpFetch: Fetch = async (input, init) => {
  if (input instanceof Request || (init?.method ?? 'GET') !== 'GET') return fetch(input, init)
  const url = new URL(input)
  const headers = new Headers(init?.headers)
  headers.set('accept-encoding', LOOPBACK.test(url.hostname) ? 'identity' : 'zstd, br, gzip, deflate')
  const signal = init?.signal ?? null
  signal?.throwIfAborted()
  return new HttpAnswer(await get(url, headers, signal), signal)
}
