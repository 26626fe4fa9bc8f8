import { serve } from '@hono/node-server'
import pg from 'pg'
import { createGateway } from './create.ts'
import type { GatewayOptions } from './options.ts'

export interface StartGatewayOptions extends Omit<GatewayOptions, 'pool'> {
  readonly databaseUrl: string
  /** 0 or absent: any free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  readonly maxConnections?: number
}

export interface Gateway {
  readonly url: string
  readonly port: number
  /** Ends open requests (long polls too) and every connection to Postgres. */
  stop(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5_000
/** Longer than a long poll (20 s): else every shape of every client would ask over a new connection. */
const IDLE_TIMEOUT_MS = 60_000

/**
 * Starts the gateway on HTTP. TLS is the business of what stands in front of it.
 *
 * @throws the server's error when it cannot listen (port in use, host unknown)
 */
export const startGateway = async (options: StartGatewayOptions): Promise<Gateway> => {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    application_name: 'outpost-gateway',
  })
  // Connections that die while idle (Postgres restarting) are replaced by the pool; unheard, the event would end the process.
  pool.on('error', (error) => options.log?.({ level: 'warn', event: 'database_connection_lost', cause: error.name }))
  const gateway = createGateway({ ...options, pool })
  const hostname = options.host ?? '127.0.0.1'
  const server = serve({ fetch: gateway.fetch, port: options.port ?? 0, hostname })
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  }).catch(async (error: unknown) => {
    await pool.end()
    throw error
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : (options.port ?? 0)
  return {
    url: `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`,
    port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
      await pool.end()
    },
  }
}
