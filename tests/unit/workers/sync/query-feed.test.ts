import { expect, test } from 'vitest'
import type { Value } from '../../../../core/model/field.ts'
import { CREDIT, type FeedEntity, PIECE_ROWS, type ToQueryWorker } from '../../../../core/protocol/query-port.ts'
import type { Shown } from '../../../../core/sync/merge.ts'
import { toPiece } from '../../../../workers/sync/columns.ts'
import { type FeedSource, QueryFeed } from '../../../../workers/sync/query-feed.ts'

const COLUMNS = ['id', 'account_id', 'name']
const id = (n: number): string => `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

/** A table of contacts in memory; the other entities are empty. */
class Table {
  rows: [rowid: number, id: string, account: string, name: string][] = []
  readonly overlaid = new Map<string, Shown>()
  readonly hidden = new Set<string>()
  whole = true
  moment: Promise<void> | null = null
  readonly said: ToQueryWorker[] = []
  readonly feed: QueryFeed

  constructor() {
    const source: FeedSource = {
      page: async ({ entity, afterRowid, limit, withoutIds, withoutAccounts }) => {
        const found = entity === 'contacts' ? this.rows.filter(([rowid]) => rowid > afterRowid).slice(0, limit) : []
        const kept = found.filter(([, row, account]) => !withoutIds.includes(row) && !withoutAccounts.includes(account))
        const cells: Value[][] = kept.map((row) => [...row])
        return {
          piece: toPiece('contacts', COLUMNS, cells, 1),
          lastRowid: found.at(-1)?.[0] ?? afterRowid,
          read: found.length,
        }
      },
      rows: async (entity, ids) =>
        ids.map((wanted) => {
          const found = entity === 'contacts' ? this.rows.find(([, row]) => row === wanted) : undefined
          const row = found ? { id: wanted, version: 1, account_id: found[2], name: found[3] } : null
          return { id: wanted, rowid: found?.[0] ?? null, row }
        }),
      overlay: (entity, wanted) => (entity === 'contacts' ? this.overlaid.get(wanted) : undefined),
      overlaid: (entity) => (entity === 'contacts' ? [...this.overlaid.keys()] : []),
      pause: async () => {},
      moment: () => this.moment,
      hiddenAccounts: () => this.hidden,
      complete: () => this.whole,
    }
    this.feed = new QueryFeed(
      source,
      (message) => this.said.push(message),
      (error) => {
        throw error
      },
    )
  }

  fill(count: number): void {
    for (let n = 1; n <= count; n++) this.rows.push([n, id(n), id(9_000_000), `Name ${n}`])
  }

  async turn(): Promise<void> {
    for (let n = 0; n < 50; n++) await Promise.resolve()
  }

  pieces(): number[] {
    return this.said.flatMap((message) => (message.t === 'piece' ? [message.ids.length] : []))
  }

  loaded(): FeedEntity[] {
    return this.said.flatMap((message) => (message.t === 'loaded' ? [message.entity] : []))
  }

  commits() {
    return this.said.flatMap((message) => (message.t === 'commit' ? message.changes : []))
  }
}

test('R-6 pieces stop at the credit, go on with each acknowledgement, and end with loaded', async () => {
  const table = new Table()
  table.fill(PIECE_ROWS * (CREDIT + 1) + 5)
  table.feed.receive({ t: 'hello', protocol: 1 })
  await table.turn()
  expect(table.pieces()).toEqual(new Array(CREDIT).fill(PIECE_ROWS))
  table.feed.receive({ t: 'ack' })
  table.feed.receive({ t: 'ack' })
  await table.turn()
  expect(table.pieces()).toEqual([...new Array(CREDIT + 1).fill(PIECE_ROWS), 5])
  table.feed.receive({ t: 'ack' })
  await table.turn()
  expect(table.loaded()).toEqual(['accounts', 'contacts', 'tasks', 'meetings'])
})

test('R-6 a first load is fed as rows are appended; loaded comes when the shape is whole', async () => {
  const table = new Table()
  table.whole = false
  table.feed.receive({ t: 'hello', protocol: 1 })
  await table.turn()
  table.fill(3)
  table.feed.appended('contacts')
  await table.turn()
  expect(table.pieces()).toEqual([3])
  expect(table.loaded()).toEqual([])
  table.whole = true
  for (const entity of ['accounts', 'contacts', 'tasks', 'meetings'] as const) table.feed.appended(entity)
  await table.turn()
  expect(table.loaded()).toHaveLength(4)
})

test('W-15 records with edits come marked and once; their end tells the server’s row', async () => {
  const table = new Table()
  table.fill(3)
  table.overlaid.set(id(2), {
    row: { id: id(2), version: 1, name: 'Mine', account_id: id(9_000_000) },
    mark: 'pending',
  })
  table.feed.receive({ t: 'hello', protocol: 1 })
  await table.turn()
  expect(table.pieces()).toEqual([1, 2])
  expect(table.said.find((message) => message.t === 'piece')).toMatchObject({ ids: [id(2)], marks: [[0, 'pending']] })
  table.overlaid.clear()
  table.feed.changed([{ entity: 'contacts', id: id(2) }])
  await table.turn()
  expect(table.commits()).toMatchObject([
    { upserts: [{ id: id(2), mark: null, values: { name: 'Name 2' } }], removes: [] },
  ])
})

test('W-21 children of a hidden account are not told, and are removed when it hides', async () => {
  const table = new Table()
  table.fill(2)
  table.hidden.add(id(9_000_000))
  table.feed.receive({ t: 'hello', protocol: 1 })
  await table.turn()
  expect(table.pieces()).toEqual([])
  table.hidden.clear()
  table.feed.changed([{ entity: 'contacts', id: id(1) }])
  await table.turn()
  table.hidden.add(id(9_000_000))
  table.feed.changed([{ entity: 'contacts', id: id(1) }])
  await table.turn()
  expect(table.commits()).toMatchObject([{ upserts: [{ id: id(1) }] }, { removes: [id(1)] }])
})

test('R-5 a swap of everything asks the worker to begin anew', async () => {
  const table = new Table()
  table.fill(2)
  table.feed.receive({ t: 'hello', protocol: 1 })
  await table.turn()
  table.feed.swapped()
  expect(table.said.at(-1)).toEqual({ t: 'reload' })
  table.feed.receive({ t: 'hello', protocol: 1 })
  await table.turn()
  expect(table.pieces()).toEqual([2, 2])
})

/** A fed table whose first change came while a person waits for a list; `over` ends that. */
const waiting = async () => {
  const table = new Table()
  table.fill(2)
  table.feed.receive({ t: 'hello', protocol: 1 })
  await table.turn()
  const { promise, resolve } = Promise.withResolvers<void>()
  table.moment = promise
  table.feed.changed([{ entity: 'contacts', id: id(1) }])
  await table.turn()
  const over = (): Promise<void> => {
    table.moment = null
    resolve()
    return table.turn()
  }
  return { table, over }
}

test('while a person waits for a list nothing is told; then it is, together', async () => {
  const { table, over } = await waiting()
  table.feed.changed([{ entity: 'contacts', id: id(2) }])
  await table.turn()
  expect(table.commits()).toEqual([])
  await over()
  expect(table.commits().map(({ upserts }) => upserts.map((row) => row.id))).toEqual([[id(1), id(2)]])
})

test('a feed that is closed while a person waits for a list tells nothing more', async () => {
  const { table, over } = await waiting()
  table.feed.close()
  await over()
  expect(table.commits()).toEqual([])
})
