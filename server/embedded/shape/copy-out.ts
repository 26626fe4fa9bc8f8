import type pg from 'pg'
import { type WireConnection, wireOf } from './wire.ts'

type Message = { readonly chunk: Buffer }

/** `pg`'s interface for something that it can run as a query. */
class CopyOut {
  readonly sql: string
  readonly onRow: (row: Buffer) => void
  readonly done: Promise<void>
  #resolve: () => void = () => {}
  #reject: (error: Error) => void = () => {}
  #failure: Error | null = null
  constructor(sql: string, onRow: (row: Buffer) => void) {
    this.sql = sql
    this.onRow = onRow
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }
  submit(connection: WireConnection): void {
    connection.query(this.sql)
  }
  handleCopyData({ chunk }: Message): void {
    if (this.#failure) return
    try {
      this.onRow(chunk)
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
  }
  handleCommandComplete(): void {}
  handleError(error: Error): void {
    this.#reject(error)
  }
  handleReadyForQuery(): void {
    if (this.#failure) this.#reject(this.#failure)
    else this.#resolve()
  }
}

/**
 * Runs `COPY … TO STDOUT` and hands over each row's bytes (text format, with the line end), which are valid only during
 * the call. Bytes come no faster than `onRow` takes them, for it runs inside the socket's read.
 */
export async function copyOut(client: pg.Client, sql: string, onRow: (row: Buffer) => void): Promise<void> {
  const copy = new CopyOut(sql, onRow)
  const { stream } = wireOf(client)
  const onClose = (): void => copy.handleError(new Error('connection to Postgres closed during COPY'))
  stream.once('close', onClose)
  try {
    client.query(copy as unknown as pg.Submittable)
    await copy.done
  } finally {
    stream.off('close', onClose)
  }
}
