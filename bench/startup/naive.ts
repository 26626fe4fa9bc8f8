import { FEED_ENTITIES, type ToQueryWorker } from '../../core/protocol/query-port.ts'
import type { SyncConfig } from '../../core/protocol/sync-process.ts'
import { PROTOCOL_VERSION } from '../../core/protocol/version.ts'
import { startSync } from '../world/sync-process.ts'

type Cell = number | string | null

const compare = (x: Cell, y: Cell): number => {
  const [a, b] = [x ?? '', y ?? '']
  return a < b ? -1 : a > b ? 1 : 0
}

const gather = (columns: Map<string, Cell[]>, piece: Extract<ToQueryWorker, { t: 'piece' }>): void => {
  for (const [name, column] of Object.entries(piece.columns)) {
    const key = `${piece.entity}.${name}`
    const all = columns.get(key) ?? []
    columns.set(key, all)
    for (let at = 0; at < column.values.length; at++) {
      const value = column.values[at] ?? null
      all.push(column.kind === 'codes' ? (column.dictionary[Number(value) - 1] ?? null) : value)
    }
  }
}

/**
 * A start without an engine: from the spawn of the sync process until every column of every row came over the query
 * worker's line and was sorted, one after the other, in this process.
 */
export const naiveStart = async (
  config: SyncConfig,
): Promise<{ readonly readMs: number; readonly sortedMs: number; readonly rows: number }> => {
  const startedMs = performance.now()
  const sync = await startSync(config)
  const columns = new Map<string, Cell[]>()
  const loaded = Promise.withResolvers<void>()
  let [left, rows] = [FEED_ENTITIES.length, 0]
  const line = sync.queryLine()
  line.onMessage((message) => {
    if (message.t === 'piece') {
      rows += message.ids.length
      gather(columns, message)
      line.post({ t: 'ack' })
    } else if (message.t === 'loaded' && --left === 0) loaded.resolve()
  })
  line.post({ t: 'hello', protocol: PROTOCOL_VERSION })
  await loaded.promise
  const readMs = performance.now() - startedMs
  for (const values of columns.values())
    Uint32Array.from(values, (_, at) => at).sort((a, b) => compare(values[a] ?? null, values[b] ?? null) || a - b)
  const sortedMs = performance.now() - startedMs
  await sync.stop()
  return { readMs, sortedMs, rows }
}
