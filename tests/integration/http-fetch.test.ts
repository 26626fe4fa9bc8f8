import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { httpFetch, readBody } from '../../workers/sync/http-fetch.ts'

let server: Server | null = null
const serve = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = null
})

test('an answer has its status, headers and whole body', async () => {
  const body = Buffer.alloc(3_000_000, 'Outpost ')
  const url = await serve((request, response) => {
    response.writeHead(200, { 'electric-offset': '0_1', 'x-asked': request.headers.authorization ?? '' })
    response.end(body)
  })
  const answer = await httpFetch(url, { headers: { authorization: 'Bearer t' } })
  expect([answer.status, answer.ok, answer.headers.get('electric-offset')]).toEqual([200, true, '0_1'])
  expect(answer.headers.get('x-asked')).toBe('Bearer t')
  expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
})

test('a compressed body is unpacked, and asked for uncompressed on this machine', async () => {
  let asked: string | undefined
  const url = await serve((request, response) => {
    asked = String(request.headers['accept-encoding'])
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'))
  })
  expect(await (await httpFetch(url)).json()).toEqual({ a: 1 })
  expect(asked).toBe('identity')
})

test('a body is read into memory that it fits into, else into larger', async () => {
  const sent = Buffer.alloc(200_000, 'Outpost ')
  const url = await serve((_request, response) => void response.end(sent))
  const first = await readBody(await httpFetch(url), new ArrayBuffer(1_000))
  expect(sent.equals(first)).toBe(true)
  const second = await readBody(await httpFetch(url), first.buffer)
  expect(second.buffer).toBe(first.buffer)
  expect(sent.equals(second)).toBe(true)
  expect(sent.equals(await readBody(new Response(sent), first.buffer))).toBe(true)
})

test('bodies are whole, one after the other over a kept connection, where their pieces wait for a slow reader too', async () => {
  const sent = randomBytes(2_000_003)
  const sockets = new Set<unknown>()
  const url = await serve((request, response) => {
    sockets.add(request.socket)
    if (request.url === '/sized') response.setHeader('content-length', sent.length)
    for (let at = 0; at < sent.length; at += 70_001) response.write(sent.subarray(at, at + 70_001))
    response.end()
  })
  for (const path of ['sized', 'chunked', 'sized', 'chunked']) {
    const answer = await httpFetch(`${url}${path}`)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    expect(sent.equals(new Uint8Array(await answer.arrayBuffer()))).toBe(true)
  }
  expect(sockets.size).toBe(1)
})

test('a body that breaks off is an error, never a shorter body', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  })
  const answer = await httpFetch(url)
  await expect(answer.arrayBuffer()).rejects.toThrow()
})

test('a chunked or compressed body that breaks off is an error too', async () => {
  const packed = gzipSync(Buffer.alloc(100_000, 'x'))
  const url = await serve((request, response) => {
    response.writeHead(200, request.url === '/packed' ? { 'content-encoding': 'gzip' } : {})
    response.write(packed.subarray(0, 50), () => response.destroy())
  })
  await expect((await httpFetch(url)).arrayBuffer()).rejects.toThrow()
  await expect((await httpFetch(`${url}packed`)).arrayBuffer()).rejects.toThrow()
})

test('a redirect is not followed', async () => {
  const url = await serve((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
  expect((await httpFetch(url)).status).toBe(302)
})

test('an abort ends it before the answer and in the middle of a body', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/body') response.writeHead(200).write('x')
  })
  const before = new AbortController()
  const waiting = httpFetch(url, { signal: before.signal })
  before.abort()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  const within = new AbortController()
  const answer = await httpFetch(`${url}body`, { signal: within.signal })
  const body = answer.arrayBuffer()
  within.abort()
  await expect(body).rejects.toMatchObject({ name: 'AbortError' })
})

test('nobody listening is an error', async () => {
  await expect(httpFetch('http://127.0.0.1:1/')).rejects.toThrow()
})

test('requests aborted at any moment, their answers unread, leave no error that nobody hears', async () => {
  const url = await serve((_request, response) => void response.writeHead(200).end('short'))
  const uncaught: unknown[] = []
  const note = (error: unknown): void => void uncaught.push(error)
  process.on('uncaughtException', note)
  try {
    for (let round = 0; round < 300; round++) {
      const abort = new AbortController()
      const answer = httpFetch(url, { signal: abort.signal })
        .then((got) => got.text())
        .catch((error: unknown) => expect(error).toBe(abort.signal.reason))
      for (let turn = 0; turn < round % 12; turn++) await new Promise(setImmediate)
      abort.abort()
      await answer
    }
    expect(uncaught).toEqual([])
  } finally {
    process.off('uncaughtException', note)
  }
})
