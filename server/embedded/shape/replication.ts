import { setTimeout as delay } from 'node:timers/promises'
import { formatLsn } from './offset.ts'
import { createDecoder, type StreamHandler } from './pgoutput.ts'
import { newClient } from './session.ts'
import { wireOf } from './wire.ts'

export type ReplicationEvents = StreamHandler & {
  /** Before each connection: whatever must exist for the stream, and where it starts. */
  prepare(): Promise<{ readonly slot: string; readonly publication: string; readonly startLsn: number }>
  /** The server has sent everything up to `lsn`. */
  keepalive(lsn: number, replyRequested: boolean): void
  connected(): void
  /** A transaction in flight is lost; it will come again. */
  disconnected(error: Error | null): void
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000
const X_LOG_DATA = 0x77
const KEEPALIVE = 0x6b
const PAYLOAD_START = 25
/** Postgres counts microseconds from 2000-01-01. */
const POSTGRES_EPOCH_MS = 946_684_800_000

function statusUpdate(lsn: number): Buffer {
  const update = Buffer.alloc(34)
  update[0] = 0x72
  for (const position of [1, 9, 17]) update.writeBigUInt64BE(BigInt(lsn), position)
  update.writeBigInt64BE(BigInt(Date.now() - POSTGRES_EPOCH_MS) * 1000n, 25)
  return update
}

/** The logical replication stream: one connection at a time, opened again with capped backoff whenever it breaks. */
export class ReplicationStream {
  readonly #databaseUrl: string
  readonly #events: ReplicationEvents
  readonly #abort = new AbortController()
  #client: ReturnType<typeof newClient> | null = null
  #streaming = false
  #pauses = 0
  #finished: Promise<void> = Promise.resolve()

  constructor(databaseUrl: string, events: ReplicationEvents) {
    this.#databaseUrl = databaseUrl
    this.#events = events
  }

  start(): void {
    this.#finished = this.#run()
  }

  async #run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    while (!this.#abort.signal.aborted) {
      let failure: Error | null = null
      try {
        await this.#stream(() => {
          retryMs = FIRST_RETRY_MS
        })
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error))
      }
      if (this.#abort.signal.aborted) return
      this.#events.disconnected(failure)
      await delay(retryMs, undefined, { signal: this.#abort.signal }).catch(() => {})
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    }
  }

  async #stream(onStarted: () => void): Promise<void> {
    const { slot, publication, startLsn } = await this.#events.prepare()
    if (this.#abort.signal.aborted) return
    const client = newClient(this.#databaseUrl, 'replication')
    this.#client = client
    try {
      await client.connect()
      const wire = wireOf(client)
      const closed = new Promise<void>((resolve) => wire.once('end', resolve))
      wire.once('replicationStart', () => {
        this.#streaming = true
        onStarted()
        this.#events.connected()
      })
      const decode = createDecoder(this.#events)
      let broken: (error: Error) => void = () => {}
      const failed = new Promise<never>((_resolve, reject) => {
        broken = reject
      })
      wire.on('copyData', ({ chunk }: { chunk: Buffer }) => {
        if (!this.#streaming) return
        try {
          if (chunk[0] === X_LOG_DATA) decode(chunk, PAYLOAD_START)
          else if (chunk[0] === KEEPALIVE)
            this.#events.keepalive(Number(chunk.readBigUInt64BE(1)), chunk.readUInt8(17) === 1)
        } catch (error) {
          this.#streaming = false
          broken(error instanceof Error ? error : new Error(String(error)))
        }
      })
      const command = `START_REPLICATION SLOT "${slot}" LOGICAL ${formatLsn(startLsn)} (proto_version '1', publication_names '${publication}')`
      await Promise.race([client.query(command), closed, failed])
    } finally {
      this.#streaming = false
      this.#client = null
      wireOf(client).stream.destroy()
    }
  }

  /** Tells the server that everything before `lsn` may be forgotten. */
  acknowledge(lsn: number): void {
    if (this.#client && this.#streaming) wireOf(this.#client).sendCopyFromChunk(statusUpdate(lsn))
  }

  /** Nothing is decoded while `work` runs, which should take no longer than a few round trips. */
  async whilePaused<T>(work: () => Promise<T>): Promise<T> {
    const stream = this.#client && wireOf(this.#client).stream
    this.#pauses += 1
    stream?.pause()
    try {
      return await work()
    } finally {
      this.#pauses -= 1
      if (this.#pauses === 0) stream?.resume()
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    if (this.#client) wireOf(this.#client).stream.destroy()
    await this.#finished
  }
}
