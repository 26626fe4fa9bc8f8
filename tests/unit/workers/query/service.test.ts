import { expect, test } from 'vitest'
import { listRow, pieceOf } from '../../../../bench/query/feed.ts'
import type { Row } from '../../../../core/model/field.ts'
import { FEED_ENTITIES, type FromQueryWorker, type ToQueryWorker } from '../../../../core/protocol/query-port.ts'
import type { ListChange } from '../../../../core/protocol/query-worker.ts'
import type { ListSpec } from '../../../../core/query/spec.ts'
import { seededRandom } from '../../../../core/random.ts'
import { createQueryService, type FeedPort, type QueryService } from '../../../../workers/query/service.ts'
import { randomRow, TODAY } from '../../../support/query/random-data.ts'

/** The sync process' end of a line. */
class FakeLine implements FeedPort {
  readonly sent: FromQueryWorker[] = []
  closed = false
  private listener: (message: ToQueryWorker) => void = () => {}

  postMessage(message: FromQueryWorker): void {
    this.sent.push(message)
  }
  listen(listener: (message: ToQueryWorker) => void): void {
    this.listener = listener
  }
  close(): void {
    this.closed = true
  }
  say(message: ToQueryWorker): void {
    this.listener(message)
  }
  /** Sends these accounts and the end of everything. */
  sayAll(accounts: readonly Row[]): void {
    this.say(pieceOf('accounts', accounts))
    for (const entity of FEED_ENTITIES)
      this.say({ t: 'loaded', entity, total: entity === 'accounts' ? accounts.length : 0 })
  }
}

interface Bench {
  readonly service: QueryService
  readonly line: FakeLine
  /** Runs paused work until none is left, or `steps` pieces of it. */
  run(steps?: number): void
  /** How many pieces of work wait for a time. */
  waits(): number
}

const start = (sliceMs = 1): Bench => {
  let work: (() => void)[] = []
  let quiet: (() => void) | undefined
  let now = 0
  const timed = new Set<() => void>()
  const service = createQueryService({
    today: () => TODAY,
    now: () => {
      now += sliceMs
      return now
    },
    pause: (next) => void work.push(next),
    after: (delayMs, next) => {
      const due = (): void => {
        timed.delete(due)
        now += delayMs
        next()
      }
      timed.add(due)
      work.push(due)
      return () => {
        timed.delete(due)
        work = work.filter((one) => one !== due)
      }
    },
    whenQuiet: (next) => {
      quiet = next
    },
  })
  const line = new FakeLine()
  service.connect(line)
  const run = (steps = Number.POSITIVE_INFINITY): void => {
    for (let left = steps; left > 0; left--) {
      const next = work.shift() ?? quiet
      if (!next) return
      if (next === quiet) quiet = undefined
      next()
    }
  }
  return { service, line, run, waits: () => timed.size }
}

const random = seededRandom(7)
const accountsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, n) => randomRow(random, 'accounts', n, 10))
const ALL: ListSpec = { entity: 'accounts', where: [], search: '', sort: [], facets: ['status'] }

test('says hello, acknowledges pieces, and tells open lists what came', async () => {
  const { service, line, run } = start()
  const changes: ListChange[] = []
  const opened = await service.open(ALL, (change) => changes.push(change))
  expect(opened).toMatchObject({ total: 0, complete: false })
  line.sayAll(accountsOf(10))
  run()
  expect(line.sent.map(({ t }) => t)).toEqual(['hello', 'opened', 'ack'])
  expect(changes.at(-1)).toMatchObject({ total: 10, loaded: 10, complete: true })
  expect(await service.rows(opened.list, 8, 60)).toHaveLength(2)
})

test('a commit is answered from whole or not at all while its slices run', async () => {
  const { service, line, run } = start(3)
  const rows = accountsOf(600)
  line.sayAll(rows)
  run()
  const opened = await service.open({ ...ALL, where: [{ field: 'status', op: 'eq', value: 'changed' }] }, () => {})
  const upserts = rows.map((row) => listRow('accounts', { ...row, status: 'changed' }))
  line.say({ t: 'commit', changes: [{ entity: 'accounts', upserts, removes: [] }] })
  const totals = new Set<number>()
  for (let i = 0; i < 200; i++) {
    run(1)
    totals.add((await service.rows(opened.list, 0, 1_000)).length)
  }
  expect([...totals].sort((a, b) => a - b)).toEqual([0, 600])
})

test('L-15 a commit in several messages is seen after the last of them', async () => {
  const { service, line, run } = start()
  const rows = accountsOf(20)
  line.sayAll(rows)
  run()
  const opened = await service.open({ ...ALL, where: [{ field: 'status', op: 'eq', value: 'changed' }] }, () => {})
  const upserts = rows.map((row) => listRow('accounts', { ...row, status: 'changed' }))
  line.say({ t: 'commit', changes: [{ entity: 'accounts', upserts: upserts.slice(0, 12), removes: [] }], more: true })
  run()
  expect(await service.rows(opened.list, 0, 60)).toHaveLength(0)
  line.say({ t: 'commit', changes: [{ entity: 'accounts', upserts: upserts.slice(12), removes: [] }] })
  run()
  expect(await service.rows(opened.list, 0, 60)).toHaveLength(20)
})

/** Rows enough that sorting them is long work. */
const MANY = 5_000
const byCity: ListSpec = { ...ALL, sort: [{ field: 'city', dir: 'asc' }] }

test('for a moment after a list was opened nothing is applied; a list that waits for its sort ends it', async () => {
  const { service, line, run, waits } = start()
  line.sayAll(accountsOf(MANY))
  const known = service.open(ALL, () => {})
  run()
  await known
  const commit = (n: number): void => {
    const row = listRow('accounts', randomRow(random, 'accounts', MANY + n, 10))
    line.say({ t: 'commit', changes: [{ entity: 'accounts', upserts: [row], removes: [] }] })
  }
  // Time goes on with what is done.
  for (let n = 0; n < 60; n++) {
    commit(0)
    run()
  }
  const opened = await service.open(ALL, () => {})
  commit(1)
  run(1)
  expect(waits()).toBe(1)
  expect(await service.rows(opened.list, MANY + 1, 1)).toHaveLength(0)
  const sorted = service.open(byCity, () => {})
  expect(waits()).toBe(0)
  run()
  await sorted
  expect(await service.rows(opened.list, MANY + 1, 1)).toHaveLength(1)
})

test('the sync process is told of an opened list, once in a while', async () => {
  const { service, line } = start(0)
  line.sayAll(accountsOf(3))
  const told = (): number => line.sent.filter(({ t }) => t === 'opened').length
  await service.open(ALL, () => {})
  expect(told()).toBe(1)
  await service.open(ALL, () => {})
  expect(told()).toBe(1)
})

test('while a list waits for its sort others are answered; what comes meanwhile is applied after it', async () => {
  const { service, line, run } = start(3)
  const rows = accountsOf(MANY)
  line.sayAll(rows)
  run()
  const known = await service.open({ ...ALL, sort: [{ field: 'company', dir: 'asc' }] }, () => {})
  let total: number | null = null
  const opening = service
    .open(byCity, () => {})
    .then((opened) => {
      total = opened.total
      return opened
    })
  line.say({
    t: 'commit',
    changes: [{ entity: 'accounts', upserts: [], removes: rows.slice(0, 1).map(({ id }) => id) }],
  })
  run(1)
  expect(await service.rows(known.list, 0, 3)).toHaveLength(3)
  expect(total).toBeNull()
  run()
  const { list } = await opening
  expect(total).toBe(MANY)
  expect(await service.idsBetween(list, 0, MANY)).toHaveLength(MANY - 1)
})

test('a sort that cannot be is refused, and what comes after it goes on', async () => {
  const { service, line, run } = start(3)
  line.sayAll(accountsOf(MANY))
  run()
  const opening = service.open({ ...ALL, sort: [{ field: 'nothing', dir: 'asc' }] }, () => {})
  run()
  await expect(opening).rejects.toMatchObject({ error: { code: 'invalid_request' } })
  line.say(pieceOf('accounts', accountsOf(MANY + 1)))
  run()
  expect((await service.stats()).rows['accounts']).toBe(MANY + 1)
})

test('a list that waits for its sort is opened when the line begins anew', async () => {
  const { service, line, run } = start(3)
  line.sayAll(accountsOf(MANY))
  run()
  const opening = service.open(byCity, () => {})
  run(1)
  service.connect(new FakeLine())
  expect(await opening).toMatchObject({ total: MANY })
})

test('a reload shows the old rows until all the new ones are here', async () => {
  const { service, line, run } = start()
  line.sayAll(accountsOf(10))
  run()
  const totals: number[] = []
  const opened = await service.open(ALL, (change) => totals.push(change.total))
  line.say({ t: 'reload' })
  expect(line.sent.filter(({ t }) => t === 'hello')).toHaveLength(2)
  line.say(pieceOf('accounts', accountsOf(4)))
  run()
  expect(await service.rows(opened.list, 0, 60)).toHaveLength(10)
  for (const entity of FEED_ENTITIES) line.say({ t: 'loaded', entity, total: 4 })
  run()
  expect(totals).toEqual([4])
  expect(await service.rows(opened.list, 0, 60)).toHaveLength(4)
})

test('a new line closes the old one, whose late messages count for nothing', async () => {
  const { service, line, run } = start()
  const next = new FakeLine()
  service.connect(next)
  expect(line.closed).toBe(true)
  line.sayAll(accountsOf(10))
  next.sayAll(accountsOf(3))
  run()
  expect((await service.stats()).rows['accounts']).toBe(3)
})

test('what cannot be asked is refused with a code', async () => {
  const { service } = start()
  const wrong = { ...ALL, where: [{ field: 'nothing', op: 'eq', value: 1 }] } satisfies ListSpec
  await expect(service.open(wrong, () => {})).rejects.toMatchObject({ error: { code: 'invalid_request' } })
  await expect(service.rows(99, 0, 1)).rejects.toMatchObject({ error: { code: 'not_found' } })
})

test('adds up money by status, all together, and refuses other fields', async () => {
  const { service, line, run } = start()
  const rows = accountsOf(40)
  line.sayAll(rows)
  run()
  const { list } = await service.open(ALL, () => {})
  const sum = (some: readonly Row[]): number => some.reduce((total, row) => total + Number(row['deal_value'] ?? 0), 0)
  const [all] = await service.groups(list, null, 'deal_value')
  expect(all).toMatchObject({ value: null, count: 40, sum: sum(rows) })
  for (const group of await service.groups(list, 'status', 'deal_value'))
    expect(group.sum).toBe(sum(rows.filter((row) => row['status'] === group.value)))
  await expect(service.groups(list, 'status', 'company')).rejects.toMatchObject({ error: { code: 'invalid_request' } })
})
