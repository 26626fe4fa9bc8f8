import * as Comlink from 'comlink'
import {
  CREDIT,
  FEED_ENTITIES,
  type FromQueryWorker,
  type ListRow,
  PIECE_ROWS,
  type ToQueryWorker,
} from '../../core/protocol/query-port.ts'
import { seededRandom } from '../../core/random.ts'
import { commitParts } from '../../workers/sync/commit-parts.ts'
import { BenchData } from './data.ts'
import { listRow, pieceOf } from './feed.ts'

let data = new BenchData(0, 0)
let line: MessagePort | null = null
let prepared: readonly ToQueryWorker[] = []

const post = (message: ToQueryWorker): void => line?.postMessage(message)

/** The messages of a first load, as the sync process tells them. */
function* loadMessages(): Generator<ToQueryWorker> {
  for (const entity of FEED_ENTITIES) {
    let rows = []
    let total = 0
    for (const row of data.rows(entity)) {
      rows.push(row)
      total++
      if (rows.length < PIECE_ROWS) continue
      yield pieceOf(entity, rows)
      rows = []
    }
    yield pieceOf(entity, rows)
    yield { t: 'loaded', entity, total }
  }
}

const api = {
  /** Plays the sync process at the other end of a query worker's line; done when everything is told. */
  connect(port: MessagePort, accounts: number, seed: number): Promise<void> {
    data = new BenchData(accounts, seed)
    line = port
    let credit = 0
    const messages = loadMessages()
    return new Promise((resolve) => {
      const tell = (): void => {
        while (credit > 0) {
          const next = messages.next()
          if (next.done) {
            resolve()
            return
          }
          if (next.value.t === 'piece') credit--
          post(next.value)
        }
      }
      port.onmessage = ({ data: message }: MessageEvent<FromQueryWorker>) => {
        if (message.t === 'hello') credit = CREDIT
        if (message.t === 'ack') credit++
        tell()
      }
    })
  },
  /** Makes a commit of `count` accounts: each gets this status, every fifth another name. Answers how many. */
  prepare(status: string, seed: number, count: number): number {
    const random = seededRandom(seed)
    const upserts: ListRow[] = []
    let place = 0
    const step = Math.max(1, Math.floor(data.accounts / count))
    for (const row of data.rows('accounts')) {
      if (place++ % step !== 0 || upserts.length === count) continue
      const company = random() < 0.2 ? `${row['company']} ${Math.floor(random() * 100)}` : (row['company'] ?? null)
      const updated_at = Number(row['updated_at']) + Math.floor(random() * 1e9)
      upserts.push(listRow('accounts', { ...row, company, status, updated_at, version: Number(row['version']) + 1 }))
    }
    prepared = commitParts([{ entity: 'accounts', upserts, removes: [] }])
    return upserts.length
  },
  /** Tells the prepared commit. */
  tell(): void {
    for (const part of prepared) post(part)
  },
}

export type FeederApi = typeof api

Comlink.expose(api)
