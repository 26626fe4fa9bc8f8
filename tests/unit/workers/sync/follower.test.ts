import { expect, test } from 'vitest'
import type { Clock } from '../../../../core/clock.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../../../core/protocol/version.ts'
import { seededRandom } from '../../../../core/random.ts'
import type { ShapeState } from '../../../../db/sqlite/shape-store.ts'
import { BodyBudget } from '../../../../workers/sync/body-budget.ts'
import { Follower } from '../../../../workers/sync/follower.ts'
import type { ReplicaCalls } from '../../../../workers/sync/replica-calls.ts'
import { type ThreadAnswer, ThreadClient, type ThreadRequest } from '../../../../workers/sync/thread-client.ts'

const state: ShapeState = {
  entity: 'accounts',
  slot: 'main',
  table: 'accounts',
  handle: 'h-1',
  offset: '5_0',
  received: 1,
  indexed: true,
  complete: true,
}

/** An answer of the log; the second of them reaches its end. */
const logAnswer = (offset: string, upToDate: boolean): Response => {
  const change = { headers: { operation: 'delete', lsn: '7' }, key: 'k', value: { id: 'a' } }
  const end = { headers: { control: 'up-to-date' } }
  const headers = {
    [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
    'electric-handle': 'h-1',
    'electric-offset': offset,
    'electric-schema': '{}',
    'electric-cursor': '1',
  }
  return new Response(JSON.stringify(upToDate ? [change, end] : [change]), { headers })
}

/** A follower over a thread that answers when `onApply` lets it. Every fetch is told to `answer`; without one it hangs. */
const follow = (
  answer: (asked: number) => Response | null,
  onApply: (commit: () => void, bodies: number) => void,
  onApplied: (upToDate: boolean) => void,
  after: Clock['after'] = () => () => {},
  moment: Promise<void> | null = null,
): Follower => {
  let [asked, bodies] = [0, 0]
  let answerThread: (answer: ThreadAnswer) => void = () => {}
  const client = new ThreadClient<ReplicaCalls>(
    {
      postMessage: (message) => {
        const { id, method } = message as ThreadRequest<ReplicaCalls>
        if (method === 'position') answerThread({ id, ok: true, value: { main: state, next: null } })
        else {
          const applied = { state, changed: [], appended: 0, placed: null, swapped: 'no' }
          const value = { applied, memory: new ArrayBuffer(0) }
          onApply(() => answerThread({ id, ok: true, value }), ++bodies)
        }
      },
      on: (event: string, listener: unknown) => {
        if (event === 'message')
          answerThread = (answer) => queueMicrotask(() => (listener as typeof answerThread)(answer))
      },
      terminate: async () => {},
    },
    () => {},
  )
  return new Follower({
    entity: 'accounts',
    state,
    address: 'http://gateway',
    workspace: 'w',
    token: () => 'token',
    fetch: async (_url, init) =>
      answer(++asked) ??
      new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    clock: { now: () => 0, after },
    random: seededRandom(1),
    backoff: { baseMs: 1, capMs: 2 },
    budget: new BodyBudget(2),
    replica: client,
    moment: () => moment,
    saw: () => {},
    onApplied: (_applied, upToDate) => onApplied(upToDate),
    log: () => {},
  })
}

test('R-6 at the end of the log a change is told before the next request; before it, what follows is fetched meanwhile', async () => {
  const said: string[] = []
  const ended = Promise.withResolvers<void>()
  const held: (() => void)[] = []
  const follower = follow(
    (asked) => {
      said.push('asked')
      if (asked === 1) return logAnswer('6_0', false)
      for (const commit of held.splice(0)) commit()
      if (asked === 2) return logAnswer('7_0', true)
      ended.resolve()
      return null
    },
    // The first body's commit takes until the second is asked for.
    (commit, bodies) => (bodies === 1 ? held.push(commit) : setImmediate(commit)),
    (upToDate) => said.push(upToDate ? 'told the end' : 'told'),
  )
  follower.start()
  await ended.promise
  follower.stop()
  expect(said).toEqual(['asked', 'asked', 'told', 'told the end', 'asked'])
})

test('R-9 a body is handed over while the one before it is applied; with three to be applied none is asked for', async () => {
  const said: string[] = []
  const fourth = Promise.withResolvers<void>()
  const held: (() => void)[] = []
  const follower = follow(
    (asked) => {
      said.push(`asked ${asked}`)
      if (asked > 3) fourth.resolve()
      return asked > 3 ? null : logAnswer(`${5 + asked}_0`, false)
    },
    (commit, bodies) => {
      said.push(`handed ${bodies}`)
      held.push(commit)
      // Nothing is applied before three are handed over and a fourth could have been asked for.
      if (bodies === 3) setImmediate(() => setImmediate(() => held.shift()?.()))
    },
    () => said.push('told'),
  )
  follower.start()
  await fourth.promise
  follower.stop()
  expect(said).toEqual(['asked 1', 'handed 1', 'asked 2', 'handed 2', 'asked 3', 'handed 3', 'told', 'asked 4'])
})

test('a follower that is to start later asks nothing before its time, and nothing at all once it is stopped', async () => {
  const timers: { waitMs: number; work: () => void }[] = []
  const asked = Promise.withResolvers<void>()
  let requests = 0
  const follower = follow(
    () => {
      requests++
      asked.resolve()
      return null
    },
    () => {},
    () => {},
    (waitMs, work) => {
      timers.push({ waitMs, work })
      return () => {}
    },
  )
  follower.start(100)
  follower.stop()
  timers.shift()?.work()
  follower.start(100)
  await new Promise(setImmediate)
  expect([requests, timers[0]?.waitMs]).toEqual([0, 100])
  timers[0]?.work()
  await asked.promise
  follower.stop()
  expect(requests).toBe(1)
})

test('while a person waits for a list a body waits too', async () => {
  const said: string[] = []
  const told = Promise.withResolvers<void>()
  const { promise: moment, resolve: over } = Promise.withResolvers<void>()
  const follower = follow(
    (asked) => (asked === 1 ? logAnswer('6_0', true) : null),
    (commit) => {
      said.push('applied')
      commit()
    },
    () => told.resolve(),
    undefined,
    moment,
  )
  follower.start()
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  said.push('over')
  over()
  await told.promise
  follower.stop()
  expect(said).toEqual(['over', 'applied'])
})
