import { Agent, request } from 'node:http'
import { expect } from 'vitest'
import type { ShapeEndpoint } from '../../../server/embedded/shape/start.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { type Answer, compareExchange } from './compare.ts'
import { Correspondence } from './correspondence.ts'
import type { Exchange } from './transcript.ts'

/** What the recording leaves to be known about an exchange. */
export type Step = {
  /** Run before the request is sent. */
  readonly before?: (stage: Stage) => unknown
  /** Run once the request waits; what the notes say is run without this. */
  readonly whileWaiting?: (stage: Stage) => unknown
  /** Send this request and the next together: this one's answer is awaited after the next one's. */
  readonly startBefore?: boolean
}

const agent = new Agent({ keepAlive: true })

/** Statements that the notes say were committed while the request waited. */
export function notedSql({ notes }: Exchange): string[] {
  return notes.flatMap((note) => {
    const sql = /^SQL(?: committed while the long-poll waits)?: (.*)$/.exec(note)?.[1]
    if (sql === undefined) return []
    return /^begin\b/i.test(sql) ? [sql] : sql.split(';').map((statement) => statement.trim())
  })
}

/** A database and an endpoint on it, taken through recorded exchanges. */
export class Stage {
  readonly database: TestDatabase
  readonly endpoint: ShapeEndpoint
  readonly links = new Correspondence()
  constructor(database: TestDatabase, endpoint: ShapeEndpoint) {
    this.database = database
    this.endpoint = endpoint
  }

  async sql(...statements: string[]): Promise<void> {
    for (const statement of statements) await this.database.query(statement)
    this.#isBehind ||= statements.length > 0
  }
  #isBehind = false

  /** Waits until the endpoint has taken in every change so far: it acknowledges them once they are on disk. */
  async #settle(): Promise<void> {
    if (!this.#isBehind) return
    const [now] = await this.database.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text lsn')
    const acknowledged = () =>
      this.database.query(
        'select from pg_replication_slots where database = current_database() and confirmed_flush_lsn >= $1',
        [now?.lsn],
      )
    await expect.poll(async () => (await acknowledged()).length, { timeout: 10_000, interval: 10 }).toBe(1)
    this.#isBehind = false
  }

  send(exchange: Pick<Exchange, 'method' | 'requestHeaders' | 'requestBody'>, target: string): Promise<Answer> {
    const headers = { ...exchange.requestHeaders }
    if (headers['if-none-match']) headers['if-none-match'] = this.links.translateEtag(headers['if-none-match'])
    return new Promise((resolve, reject) => {
      const sent = request(`${this.endpoint.url}${target}`, { method: exchange.method, headers, agent }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const received = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
          const body = Buffer.concat(chunks).toString('utf8')
          resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(received), body })
        })
      })
      sent.on('error', reject)
      sent.end(exchange.requestBody)
    })
  }

  /** The recorded request with our handle, offset and cursor in the place of the recorded ones. */
  translate(target: string): string {
    return target
      .replace(
        /([?&]handle=)([^&]+)/,
        (_, name: string, handle: string) => name + this.links.translate('handle', handle),
      )
      .replace(/([?&]offset=)(\d+_\w+)/, (_, name: string, offset: string) => name + this.links.translateOffset(offset))
      .replace(
        /([?&]cursor=)(\d{8})\b/,
        (_, name: string, cursor: string) => name + this.links.translate('cursor', cursor),
      )
  }

  /** Follows a shape that existed before the recording begins, until it is up to date. */
  async #meetShape(exchange: Exchange): Promise<void> {
    const handle = /[?&]handle=(\d+-\d{16})(?:&|$)/.exec(exchange.target)?.[1]
    if (!handle || this.links.knows('handle', handle) || exchange.method === 'DELETE') return
    const recorded = new URL(exchange.target, 'http://localhost')
    const offset = recorded.searchParams.get('offset') ?? ''
    for (const name of ['handle', 'offset', 'live', 'cursor']) recorded.searchParams.delete(name)
    const base = `${recorded.pathname}${recorded.search}`
    const plain = { method: 'GET', requestHeaders: {}, requestBody: '' }
    let answer = await this.send(plain, `${base}&offset=-1`)
    const ours = answer.headers['electric-handle'] ?? ''
    while (answer.status === 200 && answer.headers['electric-up-to-date'] === undefined)
      answer = await this.send(plain, `${base}&offset=${answer.headers['electric-offset']}&handle=${ours}`)
    expect(answer.status, answer.body).toBe(200)
    this.links.relate('handle', handle, ours)
    this.links.note('offset', offset, answer.headers['electric-offset'] ?? '')
  }

  async #whenWaiting(answer: Promise<Answer>): Promise<void> {
    let answered = false
    void answer.finally(() => {
      answered = true
    })
    await expect.poll(() => answered || this.endpoint.waiting() > 0, { timeout: 5_000, interval: 2 }).toBe(true)
  }

  /** Sends a recorded request; resolves when it waits (or is answered), with the pending comparison. */
  async begin(exchange: Exchange, step: Step = {}): Promise<{ compared: Promise<void> }> {
    await this.#meetShape(exchange)
    await step.before?.(this)
    const isLive = /[?&]live=true/.test(exchange.target)
    if (!isLive) await this.#settle()
    const answer = this.send(exchange, this.translate(exchange.target))
    if (isLive) await this.#whenWaiting(answer)
    await this.sql(...(step.whileWaiting ? [] : notedSql(exchange)))
    await step.whileWaiting?.(this)
    const compared = answer.then((received) => compareExchange(exchange, received, this.links))
    return { compared }
  }
}
