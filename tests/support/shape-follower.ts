import { expect } from 'vitest'
import { z } from 'zod'

const Message = z.object({
  key: z.string().optional(),
  value: z.record(z.string(), z.string().nullable()).optional(),
  headers: z.record(z.string(), z.unknown()),
})
export type ShapeMessage = z.infer<typeof Message>
export type ShapeRow = Readonly<Record<string, string | null>>
export type ShapeAnswer = { readonly status: number; readonly headers: Headers; readonly messages: ShapeMessage[] }

/** Snapshots write booleans as `true`, logs as `t`. */
const sameBooleans = (row: ShapeRow): ShapeRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value === 't' ? 'true' : value === 'f' ? 'false' : value]),
  )

/** A strict client of a shape: keeps its rows, and complains of an insert of a known row or a change of an unknown one. */
export class ShapeFollower {
  readonly rows = new Map<string, ShapeRow>()
  readonly log: ShapeMessage[] = []
  readonly complaints: string[] = []
  handle = ''
  offset = '-1'
  isUpToDate = false
  seenLsn = 0
  readonly #base: string

  /** `query` is the definition: `table=…&where=…`. */
  constructor(endpointUrl: string, query: string) {
    this.#base = `${endpointUrl}/v1/shape?${query}`
  }

  async request(more: string, signal?: AbortSignal): Promise<ShapeAnswer> {
    const response = await fetch(this.#base + more, signal ? { signal } : {})
    const text = await response.text()
    const messages = text.startsWith('[') ? z.array(Message).parse(JSON.parse(text)) : []
    if (response.status !== 200 && response.status !== 409) throw new Error(`${response.status} ${text}`)
    return { status: response.status, headers: response.headers, messages }
  }

  /** One request from where the follower stands; live once it is up to date. */
  async step(signal?: AbortSignal): Promise<ShapeAnswer> {
    const live = this.isUpToDate ? '&live=true' : ''
    const handle = this.handle ? `&handle=${this.handle}` : ''
    const answer = await this.request(`&offset=${this.offset}${handle}${live}`, signal)
    if (answer.status === 200) this.#apply(answer)
    return answer
  }

  #apply({ headers, messages }: ShapeAnswer): void {
    this.handle = headers.get('electric-handle') ?? ''
    this.offset = headers.get('electric-offset') ?? ''
    this.isUpToDate = headers.has('electric-up-to-date')
    for (const message of messages) this.#take(message)
  }

  #take(message: ShapeMessage): void {
    const { key, value = {}, headers } = message
    if (headers['global_last_seen_lsn']) this.seenLsn = Number(headers['global_last_seen_lsn'])
    if (key === undefined) return
    if (headers['lsn']) this.log.push(message)
    const known = this.rows.get(key)
    const isInsert = headers['operation'] === 'insert'
    if (isInsert === (known !== undefined)) this.complaints.push(`${headers['operation']} of ${key}`)
    if (headers['operation'] === 'delete') this.rows.delete(key)
    else this.rows.set(key, { ...known, ...sameBooleans(value) })
  }

  async untilUpToDate(): Promise<this> {
    do expect((await this.step()).status).toBe(200)
    while (!this.isUpToDate)
    return this
  }

  /** Follows until a row arrives that `isMarker` accepts. */
  async until(isMarker: (row: ShapeRow) => boolean, timeoutMs = 20_000): Promise<this> {
    const signal = AbortSignal.timeout(timeoutMs)
    while (![...this.rows.values()].some(isMarker) || !this.isUpToDate)
      expect((await this.step(signal)).status).toBe(200)
    return this
  }

  /** The rows as a sorted list, to be compared with what SQL says. */
  get sorted(): ShapeRow[] {
    return [...this.rows.values()].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
}

/** Rows of a query with every value as text, as a shape has them. */
export const asShapeRows = (rows: readonly Readonly<Record<string, unknown>>[]): ShapeRow[] =>
  rows
    .map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => [name, value === null ? null : String(value)]),
      ),
    )
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
