import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type pg from 'pg'

/** What this code uses of `pg`'s connection object, which its type declarations leave out. */
export type WireConnection = EventEmitter & {
  readonly stream: Socket
  query(sql: string): void
  sendCopyFromChunk(chunk: Buffer): void
}

/** The connection below a client. */
export const wireOf = (client: pg.Client): WireConnection =>
  (client as unknown as { readonly connection: WireConnection }).connection
