/**
 * Gives back the memory of a piece of an HTTP body that is used up, unless it shares that memory with others. Node's
 * HTTP parser makes a buffer for each piece that it hands over (node_http_parser.cc, `on_body`); left to the garbage
 * collector they stop the thread several times in every large body, since memory outside its heap urges it on.
 */
export const freeChunk = (chunk: Uint8Array<ArrayBuffer>): void => {
  if (chunk.byteLength > 0 && chunk.byteLength === chunk.buffer.byteLength) chunk.buffer.transfer(0)
}

/** What of a socket is needed: each piece as it is read. */
interface Reading {
  on(event: 'data', listener: (chunk: Uint8Array<ArrayBuffer>) => void): unknown
}

const reading = new WeakSet<Reading>()

/**
 * Gives back the memory of what the socket of an HTTP request reads, however many requests it serves. A piece is freed
 * when the next one comes: by then every listener has had it, and Node's parser has copied each body out of it within
 * its turn (node_http_parser.cc, `Execute` and `on_body`).
 */
export const freeReadChunks = (socket: Reading): void => {
  if (reading.has(socket)) return
  reading.add(socket)
  let before: Uint8Array<ArrayBuffer> | null = null
  socket.on('data', (chunk) => {
    if (before) freeChunk(before)
    before = chunk
  })
}
