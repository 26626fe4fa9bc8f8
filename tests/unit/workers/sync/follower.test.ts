import { expect, test } from 'vitest'
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

test('R-6 at the end of the log a change is told before the next request; before it, what follows is fetched meanwhile', async () => {
  const said: string[] = []
  let bodies = 0
  let answerThread: (answer: ThreadAnswer) => void = () => {}
  const ended = Promise.withResolvers<void>()
  const held: (() => void)[] = []
  const client = new ThreadClient<ReplicaCalls>(
    {
      postMessage: (message) => {
        const { id, method } = message as ThreadRequest<ReplicaCalls>
        if (method === 'position') answerThread({ id, ok: true, value: { main: state, next: null } })
        else {
          const value = { state, changed: [], appended: 0, placed: null, swapped: 'no' }
          const commit = () => answerThread({ id, ok: true, value })
          // The first body's commit takes until the second is asked for.
          if (++bodies === 1) held.push(commit)
          else setImmediate(commit)
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
  const follower = new Follower({
    entity: 'accounts',
    state,
    address: 'http://gateway',
    workspace: 'w',
    token: () => 'token',
    fetch: async (_url, init) => {
      said.push('asked')
      const asked = said.filter((what) => what === 'asked').length
      if (asked === 1) return logAnswer('6_0', false)
      for (const commit of held.splice(0)) commit()
      if (asked === 2) return logAnswer('7_0', true)
      ended.resolve()
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))))
    },
    clock: { now: () => 0, after: () => () => {} },
    random: seededRandom(1),
    backoff: { baseMs: 1, capMs: 2 },
    budget: new BodyBudget(2),
    replica: client,
    saw: () => {},
    onApplied: (_applied, upToDate) => said.push(upToDate ? 'told the end' : 'told'),
    log: () => {},
  })
  follower.start()
  await ended.promise
  follower.stop()
  expect(said).toEqual(['asked', 'asked', 'told', 'told the end', 'asked'])
})
