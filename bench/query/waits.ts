import * as Comlink from 'comlink'
import type { QueryApi } from '../../core/protocol/query-worker.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import { seededRandom } from '../../core/random.ts'
import { BenchData } from './data.ts'
import type { FeederApi } from './feeder.ts'
import { type BenchQuery, QUERIES } from './queries.ts'
import { type WaitFigures, WINDOW_ROWS } from './run.ts'

/** Queries are asked for this long after each commit: until it is seen, and while upkeep goes on. */
const WATCHED_MS = 1_500
const REST_MS = 1_000
const QUIET_ROUNDS = 15
const COMMITS = 5
const COMMITTED_ROWS = 10_000
/** A person's next query comes after a pause of up to so long. */
const PAUSE_MS = 12
/** Upkeep is over when this many rounds in a row have no query that takes longer than this. */
const IDLE_ROUNDS = 3
const IDLE_MS = 25
const MOST_ROUNDS = 100

const ofStatus = (status: string): ListSpec => ({
  entity: 'accounts',
  where: [{ field: 'status', op: 'eq', value: status }],
  search: '',
  sort: [],
  facets: [],
})

/**
 * How long queries take while large commits come, in the app's own query worker: another worker plays the sync process
 * and tells each commit over the line, while this page asks the benched queries and, in between, for the rows of the
 * commit. Times are round trips of `open` and one window.
 *
 * @throws where a query sees a part of a commit
 */
export const measureWaits = async (accounts: number, seed: number): Promise<WaitFigures> => {
  const query = new Worker(new URL('../../workers/query/worker.ts', import.meta.url), { type: 'module' })
  const feeder = new Worker(new URL('./feeder.ts', import.meta.url), { type: 'module' })
  const lists = Comlink.wrap<QueryApi<MessagePort>>(query)
  const feed = Comlink.wrap<FeederApi>(feeder)
  const { port1, port2 } = new MessageChannel()
  const told = feed.connect(Comlink.transfer(port1, [port1]), accounts, seed)
  await lists.connect(Comlink.transfer(port2, [port2]))
  await told

  const ignore = Comlink.proxy(() => {})
  const ask = async (spec: ListSpec): Promise<{ ms: number; total: number }> => {
    const begun = performance.now()
    const { list, total } = await lists.open(spec, ignore)
    await lists.rows(list, Math.floor(total / 2), WINDOW_ROWS)
    const ms = performance.now() - begun
    await lists.close(list)
    return { ms, total }
  }
  const random = seededRandom(seed)
  const data = new BenchData(accounts, seed)
  const draws: readonly Pick<BenchQuery, 'name' | 'draw'>[] = [
    ...QUERIES,
    { name: 'committed', draw: () => ofStatus('commit_0') },
  ]
  const round = async (): Promise<readonly { name: string; ms: number }[]> => {
    const times = []
    for (const { name, draw } of draws) times.push({ name, ms: (await ask(draw(random, data))).ms })
    return times
  }
  for (let rounds = 0, idle = 0; idle < IDLE_ROUNDS && rounds < MOST_ROUNDS; rounds++) {
    await pause(REST_MS)
    idle = (await round()).every(({ ms }) => ms < IDLE_MS) ? idle + 1 : 0
  }
  const quiet = []
  for (let left = QUIET_ROUNDS; left > 0; left--) quiet.push(...(await round()))

  const busy: { name: string; ms: number }[] = []
  const seenMs: number[] = []
  for (let n = 0; n < COMMITS; n++) {
    const status = `commit_${n}`
    const rows = await feed.prepare(status, seed + n, COMMITTED_ROWS)
    await pause(REST_MS)
    const begun = performance.now()
    const telling = feed.tell()
    let seen = false
    for (let i = n; performance.now() - begun < WATCHED_MS; i++) {
      await pause(random() * PAUSE_MS)
      const { name, draw } = draws[i % QUERIES.length] as BenchQuery
      busy.push({ name, ms: (await ask(draw(random, data))).ms })
      const committed = await ask(ofStatus(status))
      busy.push({ name: 'committed', ms: committed.ms })
      if (committed.total !== (seen ? rows : 0) && committed.total !== rows)
        throw new Error(`a query saw ${committed.total} of ${rows} rows of a commit`)
      if (!seen && committed.total === rows) seenMs.push(performance.now() - begun)
      seen = committed.total === rows
    }
    await telling
    if (!seen) throw new Error('a commit was not seen')
  }
  query.terminate()
  feeder.terminate()
  return { quiet, busy, seenMs }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
