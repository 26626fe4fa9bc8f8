/**
 * Gives back the memory of a piece of an HTTP body that is used up, unless it shares that memory with others. Node's
 * HTTP parser makes a buffer for each piece that it hands over (node_http_parser.cc, `on_body`); left to the garbage
 * collector they stop the thread several times in every large body, since memory outside its heap urges it on.
 */
export const freeChunk = (chunk: Uint8Array<ArrayBuffer>): void => {
  if (chunk.byteLength > 0 && chunk.byteLength === chunk.buffer.byteLength) chunk.buffer.transfer(0)
}
