import { type EntityName, listColumnsOf } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import type { Mark } from '../../../core/protocol/outbox.ts'
import {
  CREDIT,
  FEED_ENTITIES,
  type FeedEntity,
  type FromQueryWorker,
  type ToQueryWorker,
} from '../../../core/protocol/query-port.ts'
import { QUERY_PORT_MESSAGE } from '../../../core/protocol/window-api.ts'
import { toPiece } from '../../../workers/sync/columns.ts'
import type { FakeRow, Tables } from './fake-rows.ts'

const PIECE_ROWS = 8_192

/**
 * Feeds the real query worker as the sync process does: pieces within its credit, then commits.
 *
 * @param held nothing is sent before it is released
 */
export const createFeed = (tables: Tables, marks: ReadonlyMap<string, Mark>, held: boolean) => {
  let port: MessagePort | null = null
  let isHeld = held
  let onRelease = (): void => {}

  function* messages(): Generator<ToQueryWorker> {
    for (const entity of FEED_ENTITIES) {
      const columns = listColumnsOf(entity)
      const rows = [...tables[entity].values()]
      for (let from = 0; from < rows.length; from += PIECE_ROWS) {
        const slice = rows.slice(from, from + PIECE_ROWS)
        const cells = slice.map((row) => columns.map((column): Value => row[column] ?? null))
        const { ids, columns: made } = toPiece(entity, columns, cells, 0)
        yield {
          t: 'piece',
          entity,
          ids,
          columns: made,
          marks: ids.flatMap((id, at) => {
            const mark = marks.get(id)
            return mark ? [[at, mark] as const] : []
          }),
        }
      }
      yield { t: 'loaded', entity, total: rows.length }
    }
  }

  return {
    connect(): void {
      const { port1, port2 } = new MessageChannel()
      port = port1
      const all = messages()
      let credit = CREDIT
      const pump = (): void => {
        while (credit > 0 && !isHeld) {
          const next = all.next()
          if (next.done) return
          if (next.value.t === 'piece') credit--
          port1.postMessage(next.value)
        }
      }
      onRelease = pump
      port1.onmessage = (event: MessageEvent<FromQueryWorker>) => {
        if (event.data.t === 'ack') credit++
        pump()
      }
      window.postMessage({ type: QUERY_PORT_MESSAGE }, window.location.origin, [port2])
    },
    release(): void {
      isHeld = false
      onRelease()
    },
    commit(entity: EntityName, upserts: readonly FakeRow[], removes: readonly string[]): void {
      if (!(FEED_ENTITIES as readonly string[]).includes(entity)) return
      const columns = listColumnsOf(entity)
      const change = {
        entity: entity as FeedEntity,
        upserts: upserts.map((row) => ({
          id: String(row['id']),
          mark: marks.get(String(row['id'])) ?? null,
          values: Object.fromEntries(columns.map((column) => [column, row[column] ?? null])),
        })),
        removes,
      }
      port?.postMessage({ t: 'commit', changes: [change] } satisfies ToQueryWorker)
    },
  }
}
