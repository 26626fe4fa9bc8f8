/** A bare ShapeStream in a process of its own: tells the city of each row that arrives over the port that it was given. */
import { ShapeStream } from '@electric-sql/client'
import { z } from 'zod'

const start = z.object({ url: z.string(), token: z.string() })

interface Port {
  postMessage(message: unknown): void
}

interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown; readonly ports: readonly Port[] }) => void): void
}

const parentPort = (process as unknown as { readonly parentPort: ParentPort }).parentPort

parentPort.on('message', ({ data, ports }) => {
  const { url, token } = start.parse(data)
  const [port] = ports
  const stream = new ShapeStream({ url, params: { table: 'accounts' }, headers: { authorization: `Bearer ${token}` } })
  let upToDate = false
  stream.subscribe((messages) => {
    for (const message of messages)
      if ('value' in message) {
        if (upToDate) port?.postMessage(message.value)
      } else if (message.headers.control === 'up-to-date' && !upToDate) {
        upToDate = true
        parentPort.postMessage('up-to-date')
      }
  })
})
