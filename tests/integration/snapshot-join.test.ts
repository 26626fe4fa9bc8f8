import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ShapeEndpoint, startShapeEndpoint } from '../../server/embedded/shape/start.ts'
import { fullTransactionId, type IsVisible, isVisible } from '../../server/embedded/shape/visibility.ts'
import { type TestDatabase, type TestPostgres, withPostgres } from '../support/postgres.ts'
import { asShapeRows, ShapeFollower } from '../support/shape-follower.ts'
import { openTempRoot } from '../support/temp-root.ts'

/** Rules that look right and are not; each is caught by one of the tests below. */
const WRONG = {
  forgetsRunningTransactions: (snapshot, { xid }) => fullTransactionId(xid, snapshot.xmax) < snapshot.xmax,
  comparesCommitPositions: (snapshot, { lsn }) => lsn < snapshot.lsn,
  keepsEverything: () => false,
} satisfies Record<string, IsVisible>

/** Patience for what takes milliseconds on an idle machine. */
const SOON = { timeout: 20_000, interval: 2 }

let postgres: TestPostgres
const cleanups: (() => unknown)[] = []
beforeAll(async () => {
  postgres = await withPostgres()
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(async () => {
  await postgres?.stop()
})

async function open(rule: IsVisible): Promise<{ database: TestDatabase; endpoint: ShapeEndpoint }> {
  const database = await postgres.createDatabase()
  cleanups.push(() => database.drop())
  await database.query(`create table item (id int primary key, owner text, v text);
    insert into item select n, 'a', 'old' from generate_series(1, 20) n`)
  const storageDir = openTempRoot()
  const endpoint = await startShapeEndpoint({
    databaseUrl: database.url,
    storageDir,
    liveTimeoutMs: 500,
    isVisible: rule,
  })
  cleanups.push(async () => {
    await endpoint.stop()
    rmSync(storageDir, { recursive: true, force: true })
  })
  await endpoint.ready()
  // The table is in the publication from here on: later shapes don't wait for its writers.
  await new ShapeFollower(endpoint.url, 'table=item&where=id=0').untilUpToDate()
  return { database, endpoint }
}

async function transaction(database: TestDatabase): Promise<pg.PoolClient> {
  const client = await database.pool.connect()
  cleanups.push(() => client.release(true))
  await client.query('begin')
  return client
}

const inDatabase = async (database: TestDatabase, where = 'true') =>
  asShapeRows(await database.query(`select * from item where ${where}`))

/** Follows until the marker, then says what differs from the table. */
async function differences(database: TestDatabase, follower: ShapeFollower): Promise<string[]> {
  await database.query(`insert into item values (1000000, 'a', 'marker') on conflict (id) do update set v = 'marker'`)
  await follower.until((row) => row['v'] === 'marker')
  const wanted = new Set((await inDatabase(database)).map((row) => JSON.stringify(row)))
  const got = new Set(follower.sorted.map((row) => JSON.stringify(row)))
  return [
    ...[...wanted].filter((row) => !got.has(row)),
    ...[...got].filter((row) => !wanted.has(row)),
    ...follower.complaints,
  ]
}

/** One transaction stays open across the snapshot, another commits before it, a third begins and commits after it. */
async function acrossOpenTransaction(rule: IsVisible): Promise<string[]> {
  const { database, endpoint } = await open(rule)
  const first = await transaction(database)
  await first.query(`update item set v = 'open across' where id = 1`)
  await database.query(`update item set v = 'committed between' where id = 2`)
  const follower = await new ShapeFollower(endpoint.url, 'table=item').untilUpToDate()
  await database.query(`update item set v = 'after' where id = 3`)
  await first.query(`insert into item values (21, 'a', 'open across')`)
  await first.query('commit')
  return differences(database, follower)
}

/** The stream lags: transactions that the snapshot has arrive after the shape was made. */
async function behindStream(rule: IsVisible): Promise<string[]> {
  const { database, endpoint } = await open(rule)
  const [sender] = await database.query<{ pid: number }>(
    `select active_pid pid from pg_replication_slots where database = current_database()`,
  )
  const pid = sender?.pid ?? 0
  process.kill(pid, 'SIGSTOP')
  const resume = (): boolean => process.kill(pid, 'SIGCONT')
  cleanups.push(resume)
  await database.query(`insert into item values (30, 'a', 'new')`)
  await database.query(`update item set v = 'changed' where id = 1`)
  await database.query(`delete from item where id = 2`)
  const follower = await new ShapeFollower(endpoint.url, 'table=item').untilUpToDate()
  resume()
  return differences(database, follower)
}

/** Commits until one hangs: the server heeds a changed configuration a moment later. */
async function untilCommitsWait(database: TestDatabase): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const probe = await transaction(database)
    await probe.query(`create table probe_${attempt} ()`)
    let done = false
    const commit = probe.query('commit').then(() => {
      done = true
    })
    commit.catch(() => {})
    const isWaiting = async (): Promise<boolean> =>
      (await database.query(`select from pg_stat_activity where wait_event = 'SyncRep'`)).length > 0
    await expect.poll(async () => done || (await isWaiting()), SOON).toBe(true)
    if (!done) return
  }
}

/** A commit is in the WAL and has been streamed, but is not visible yet: its backend waits for a standby. */
async function streamedBeforeVisible(rule: IsVisible): Promise<string[]> {
  let onInvisible = (): void => {}
  const { database, endpoint } = await open((snapshot, transaction) => {
    const visible = rule(snapshot, transaction)
    if (!visible) onInvisible()
    return visible
  })
  const watcher = await new ShapeFollower(endpoint.url, 'table=item&where=id=1').untilUpToDate()
  const committing = await transaction(database)
  await committing.query(`update item set v = 'streamed early' where id = 1`)
  const setStandby = async (name: string): Promise<void> => {
    await database.query(`alter system set synchronous_standby_names = '${name}'`)
    await database.query('select pg_reload_conf()')
  }
  await setStandby('nobody')
  cleanups.push(() => setStandby(''))
  await untilCommitsWait(database)
  const commit = committing.query('commit')
  await watcher.until((row) => row['v'] === 'streamed early')
  expect((await inDatabase(database, 'id = 1'))[0]?.['v']).toBe('old')
  const follower = new ShapeFollower(endpoint.url, 'table=item')
  const seenInvisible = new Promise<void>((resolve) => {
    onInvisible = resolve
  })
  const made = follower.step()
  // A wrong rule takes the first snapshot; the right one sees that it lacks the commit, and waits.
  await Promise.race([made, seenInvisible])
  await setStandby('')
  await commit
  await made
  return differences(database, follower)
}

describe('a transaction is in the snapshot or in the log, never in both or neither', () => {
  test('open across the snapshot', async () => {
    expect(await acrossOpenTransaction(isVisible)).toEqual([])
    expect(await acrossOpenTransaction(WRONG.forgetsRunningTransactions)).not.toEqual([])
  })

  test('committed before the snapshot, streamed after it', async () => {
    expect(await behindStream(isVisible)).toEqual([])
    expect(await behindStream(WRONG.keepsEverything)).not.toEqual([])
  })

  test('streamed before it is visible to a snapshot', async () => {
    expect(await streamedBeforeVisible(isVisible)).toEqual([])
    expect(await streamedBeforeVisible(WRONG.comparesCommitPositions)).not.toEqual([])
  })

  test('transaction ids that wrapped around are read near the snapshot', () => {
    const snapshot = { xmin: 2 ** 32 + 5, xmax: 2 ** 32 + 10, xip: [2 ** 32 + 7], lsn: 1000 }
    const visible = (xid: number, lsn = 1): boolean => isVisible(snapshot, { xid, lsn })
    expect([visible(2 ** 32 - 1), visible(4), visible(6), visible(7), visible(10)]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect(visible(4, 1000)).toBe(false)
  })
})

/** Small reproducible randomness: the seed is all that a failure needs. */
function mulberry(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** One writer; says after each transaction that it was one, and goes on for as long as the answer is yes. */
async function write(database: TestDatabase, random: (below: number) => number, goesOn: () => boolean): Promise<void> {
  const client = await database.pool.connect()
  try {
    do {
      await client.query('begin')
      for (let step = random(4); step >= 0; step -= 1) {
        // Rows of one transaction in rising order: no deadlocks.
        const id = 1 + step * 50 + random(50)
        const sql = [
          `insert into item values (${id}, '${'ab'[random(2)]}', 'v${random(1000)}') on conflict (id) do update set v = excluded.v`,
          `update item set v = 'v${random(1000)}' where id = ${id}`,
          `update item set owner = '${'ab'[random(2)]}' where id = ${id}`,
          `delete from item where id = ${id}`,
        ]
        await client.query(sql[random(sql.length)] ?? '')
      }
      await client.query(random(8) === 0 ? 'rollback' : 'commit')
    } while (goesOn())
  } finally {
    client.release()
  }
}

test('shapes made under concurrent writers converge, strictly', async () => {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31))
  const random = mulberry(seed)
  const { database, endpoint } = await open(isVisible)
  let transactions = 0
  const followers: ShapeFollower[] = []
  const isEnough = (): boolean => transactions > 300 && followers.length > 10
  const writers = Array.from({ length: 4 }, () =>
    write(database, mulberry(random(2 ** 31)), () => {
      transactions += 1
      return !isEnough()
    }),
  )
  const makeShapes = async (): Promise<void> => {
    for (let made = 0; !isEnough(); made += 1) {
      // A clause that is always true, and each time another shape.
      const follower = new ShapeFollower(endpoint.url, `table=item&where=owner <> 'x${made}'`.replaceAll(' ', '%20'))
      await follower.untilUpToDate()
      followers.push(follower)
      await delay(random(20))
    }
  }
  await Promise.all([makeShapes(), ...writers])
  const found = await Promise.all(followers.map((follower) => differences(database, follower)))
  expect(found.flat(), `SEED=${seed}`).toEqual([])
})
