import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { onOrder } from './control.ts'
import { mimeType } from './mime.ts'

let online = true

onOrder('online', (order) => {
  online = order.online
})

/** Electron's `net`: `fetch` also reads `file:` URLs. */
export const net = {
  isOnline: (): boolean => online,
  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.startsWith('file:')) return fetch(input, init)
    const path = fileURLToPath(url)
    try {
      return new Response(await readFile(path), { headers: { 'content-type': mimeType(path) } })
    } catch (cause) {
      throw new TypeError('net::ERR_FILE_NOT_FOUND', { cause })
    }
  },
}
