import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../core/protocol/version.ts'
import { type Random, seededRandom } from '../../core/random.ts'
import type { BenchServer } from '../world/server.ts'

const ROWS_A_BODY = 1_000
const BODIES_A_SECOND = 10
/** Past every position that the server has given out. */
const FIRST_LSN = 2 ** 45

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

/** Bodies of a shape's log: changes of accounts as colleagues make them, each a commit of a thousand rows. */
const record = async (server: BenchServer, changes: number): Promise<readonly string[]> => {
  const client = new pg.Client({ connectionString: server.postgresUrl })
  await client.connect()
  const { rows } = await client.query<{ id: string; version: number }>(
    'select id, version from accounts where workspace_id = $1 and deleted_at is null order by md5(id::text) limit $2',
    [server.workspaceId, changes],
  )
  await client.end()
  const random = seededRandom(7)
  const versions = new Map(rows.map(({ id, version }) => [id, version]))
  const bodies: string[] = []
  for (let at = 0; at < changes; at += ROWS_A_BODY) {
    const lsn = FIRST_LSN + bodies.length
    const messages = Array.from({ length: ROWS_A_BODY }, (_, op) => {
      const id = rows[(at + op) % rows.length]?.id ?? ''
      const version = (versions.get(id) ?? 0) + 1
      versions.set(id, version)
      const value = {
        id,
        priority: pick(random, ['high', 'medium', 'low', null]),
        deal_value: String(Math.floor(random() * 1e7)),
        next_action: `Call again ${op}`,
        version: String(version),
        updated_at: '2026-06-01 08:00:00.123+00',
      }
      const headers = {
        relation: ['public', 'accounts'],
        operation: 'update',
        lsn: String(lsn),
        op_position: op,
        txids: [lsn],
      }
      return JSON.stringify({ value, key: `"public"."accounts"/"${id}"`, headers })
    })
    messages.push(JSON.stringify({ headers: { control: 'up-to-date', global_last_seen_lsn: String(lsn) } }))
    bodies.push(`[${messages.join(',')}]`)
  }
  return bodies
}

/** Stands before the gateway: hands everything through, until it plays a recording instead. */
export interface Replay {
  readonly url: string
  /** Plays every body at its time; resolves when the last one has been taken. The gateway is not asked any more. */
  play(): Promise<{ readonly elapsedMs: number }>
  close(): void
}

export const startReplay = async (server: BenchServer, changes: number): Promise<Replay> => {
  const bodies = await record(server, changes)
  const target = new URL(server.gatewayUrl)
  let startedMs: number | null = null
  let handle = ''
  let next = 0
  const done = Promise.withResolvers<void>()

  const answer = async (url: URL, response: http.ServerResponse): Promise<void> => {
    if (url.searchParams.get('table') !== 'accounts' || startedMs === null) return
    const index = next
    if (
      index > 0 &&
      url.searchParams.get('offset') === `${FIRST_LSN + index - 1}_${ROWS_A_BODY - 1}` &&
      index === bodies.length
    )
      return done.resolve()
    const body = bodies[index]
    if (body === undefined) return
    await pause(Math.max(0, startedMs + (index * 1_000) / BODIES_A_SECOND - performance.now()))
    if (response.destroyed) return
    next = index + 1
    response.writeHead(200, {
      'content-type': 'application/json',
      [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
      'electric-handle': handle,
      'electric-offset': `${FIRST_LSN + index}_${ROWS_A_BODY - 1}`,
      'electric-cursor': String(index + 1),
      'electric-up-to-date': '',
    })
    response.end(body)
  }

  const proxy = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', target)
    if (startedMs !== null) {
      void answer(url, response)
      return
    }
    const upstream = http.request(
      url,
      { method: request.method ?? 'GET', headers: { ...request.headers, host: target.host } },
      (reply) => {
        if (url.searchParams.get('table') === 'accounts') handle = String(reply.headers['electric-handle'] ?? handle)
        if (startedMs !== null) return void answer(url, response)
        response.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(response)
      },
    )
    // When the recording begins the gateway goes away: who waits for it then is answered from the recording.
    upstream.on('error', () => void (startedMs === null ? response.destroy() : answer(url, response)))
    request.pipe(upstream)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    play: async () => {
      startedMs = performance.now() + 500
      const began = startedMs
      await server.stop()
      await done.promise
      return { elapsedMs: performance.now() - began }
    },
    close: () => {
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}
