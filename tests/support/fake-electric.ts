import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface FakeElectric {
  readonly url: string
  /** What was asked, in order. */
  readonly asked: { url: URL; headers: IncomingMessage['headers'] }[]
  /** How the next requests are answered. */
  answer: (request: IncomingMessage, response: ServerResponse) => void
  stop(): Promise<void>
}

/** An HTTP server in Electric's place whose every answer the test decides. */
export const startFakeElectric = async (): Promise<FakeElectric> => {
  const asked: FakeElectric['asked'] = []
  const server = createServer((request, response) => {
    asked.push({ url: new URL(request.url ?? '/', 'http://electric'), headers: request.headers })
    fake.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address !== 'object') throw new Error('no address')
  const fake: FakeElectric = {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    answer: (_request, response) => response.end('[]'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return fake
}
