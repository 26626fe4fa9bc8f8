import http from 'node:http'
import https from 'node:https'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { freeChunk, freeReadChunks } from '../../core/free-chunk.ts'

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
}

/**
 * Asks a server over Node's own HTTP client. Redirects are not followed.
 *
 * @throws what the connection throws; an AbortError when `signal` ends it
 */
export const ask = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const options = { agent: agents[secure ? 'https:' : 'http:'], headers, signal }
    const request = (secure ? https : http).get(url, options, resolve)
    request.on('socket', freeReadChunks)
    request.on('error', reject)
  })

/** Writes to an answer, and frees each piece once it has left. Ends with the answer, whoever ended that. */
const freeing = (outgoing: http.ServerResponse): Writable => {
  const writable = new Writable({
    write: (chunk: Buffer<ArrayBuffer>, _encoding, done) => {
      outgoing.write(chunk, (error) => {
        freeChunk(chunk)
        done(error)
      })
    },
    final: (done) => void outgoing.end(done),
    destroy: (error, done) => {
      if (error) outgoing.destroy()
      done(error)
    },
  })
  outgoing.once('close', () => writable.destroy())
  return writable
}

/**
 * Hands a body through as it streams in, straight from one connection to the other: a web stream between them costs
 * more than all the rest. When its source breaks off, the client sees its connection break too, never an end: what came
 * so far would look complete.
 */
export const passThrough = async (
  upstream: http.IncomingMessage,
  outgoing: http.ServerResponse,
  headers: Headers,
): Promise<void> => {
  outgoing.writeHead(upstream.statusCode ?? 502, Object.fromEntries(headers))
  // A client that left or a source that broke off; either way both connections are gone now.
  await pipeline(upstream, freeing(outgoing)).catch(() => {})
}

/** A body as a web stream, for callers without an HTTP server around. */
export const webStream = (upstream: http.IncomingMessage): ReadableStream => Readable.toWeb(upstream) as ReadableStream
