import { describe, expect, it } from 'vitest'
import type { FromSync, SyncConfig, ToSync } from '../../../core/protocol/sync-process.ts'
import { healthyAfterMs, restartDelayMs } from '../../../main/restart.ts'
import { superviseSync } from '../../../main/sync-process.ts'

const config: SyncConfig = {
  gateway: 'http://127.0.0.1:1',
  workspace: '0190a000-0000-7000-8000-000000000001',
  dataDir: '/data',
  databaseKey: '0'.repeat(64),
  token: null,
  logPath: null,
}

type Child = {
  posted: ToSync[]
  say: (message: FromSync) => void
  exit: (code: number) => void
  killed: boolean
}

function setUp() {
  const children: Child[] = []
  const ports: string[] = []
  const downs: [string, number][] = []
  let now = 0
  let timers: { at: number; work: () => void }[] = []
  const advance = (ms: number) => {
    now += ms
    const due = timers.filter(({ at }) => at <= now)
    timers = timers.filter(({ at }) => at > now)
    for (const { work } of due) work()
  }
  const sync = superviseSync<string>({
    fork: () => {
      let onMessage = (_: FromSync) => {}
      let onExit = (_: number) => {}
      const child: Child = { posted: [], say: (m) => onMessage(m), exit: (code) => onExit(code), killed: false }
      children.push(child)
      return {
        postMessage: (message) => child.posted.push(message),
        onMessage: (listener) => {
          onMessage = listener
        },
        onExit: (listener) => {
          onExit = listener
        },
        kill: () => {
          child.killed = true
          onExit(1)
        },
      }
    },
    config: () => config,
    clock: {
      now: () => now,
      after: (delayMs, work) => {
        const timer = { at: now + delayMs, work }
        timers.push(timer)
        return () => {
          timers = timers.filter((each) => each !== timer)
        }
      },
    },
    newLine: () => ({ toSync: 's', toWindow: `line ${ports.length + 1}` }),
    onQueryPort: (port) => ports.push(port),
    onEvent: () => {},
    onDown: (error, retryInMs) => downs.push([error.code, retryInMs]),
    log: () => {},
  })
  const last = () => {
    const child = children.at(-1)
    if (!child) throw new Error('No sync process was started.')
    return child
  }
  return { sync, children, last, ports, downs, advance }
}

const types = (child: Child) => child.posted.map(({ t }) => t)

describe('the delay before a restart', () => {
  it('doubles from a quarter of a second up to half a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map(restartDelayMs)).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ])
  })
})

describe('the sync process’ supervisor', () => {
  it('starts it with its configuration', () => {
    expect(setUp().last().posted).toEqual([{ t: 'start', config }])
  })

  it('lets calls wait until it is ready, then answers each with its own result', async () => {
    const { sync, last } = setUp()
    const [first, second] = [sync.call('status.get', {}), sync.call('session.get', {})]
    expect(types(last())).toEqual(['start'])
    last().say({ t: 'ready' })
    expect(types(last())).toEqual(['start', 'call', 'call'])
    last().say({ t: 'answer', id: 2, result: { ok: true, value: 'two' } })
    last().say({ t: 'answer', id: 1, result: { ok: true, value: 'one' } })
    expect([await first, await second]).toEqual([
      { ok: true, value: 'one' },
      { ok: true, value: 'two' },
    ])
  })

  it('restarts it at once where that was asked for, and tells nobody that it is down', () => {
    const { sync, last, children, downs } = setUp()
    last().say({ t: 'ready' })
    sync.restart()
    expect(types(last())).toEqual(['start', 'stop'])
    last().exit(0)
    expect([children.length, downs]).toEqual([2, []])
  })

  it('starts it anew after it removed its data, once what has to happen between has', async () => {
    const { sync, last, children } = setUp()
    last().say({ t: 'ready' })
    const between = Promise.withResolvers<void>()
    const removed = sync.remove(3, () => between.promise)
    expect(last().posted.at(-1)).toEqual({ t: 'remove', id: 1, unsent: 3 })
    last().say({ t: 'answer', id: 1, result: { ok: true, value: null } })
    last().exit(0)
    expect(children).toHaveLength(1)
    between.resolve()
    expect(await removed).toEqual({ ok: true, value: null })
    expect(children).toHaveLength(2)
  })

  it('goes on with what is there when it would not, or could not, remove its data', async () => {
    const { sync, last, children } = setUp()
    const never = () => Promise.reject(new Error('not to be called'))
    expect(await sync.remove(0, never)).toMatchObject({ ok: false })
    last().say({ t: 'ready' })
    const refused = sync.remove(0, never)
    last().say({ t: 'answer', id: 1, result: { ok: false, error: { code: 'unsent_edits', message: '' } } })
    expect(await refused).toMatchObject({ ok: false, error: { code: 'unsent_edits' } })
    const died = sync.remove(0, never)
    last().exit(1)
    expect(await died).toMatchObject({ ok: false })
    expect(children).toHaveLength(2)
  })

  it('fails calls in flight when it dies, and holds later ones for its successor', async () => {
    const { sync, last, children, advance } = setUp()
    last().say({ t: 'ready' })
    const inFlight = sync.call('status.get', {})
    last().exit(9)
    expect(await inFlight).toMatchObject({ ok: false, error: { code: 'internal' } })
    const later = sync.call('status.get', {})
    advance(250)
    expect(children).toHaveLength(2)
    last().say({ t: 'ready' })
    last().say({ t: 'answer', id: 2, result: { ok: true, value: 'new' } })
    expect(await later).toEqual({ ok: true, value: 'new' })
  })

  it('restarts with growing delays, and from the shortest after it ran well', () => {
    const { last, children, downs, advance } = setUp()
    for (const delayMs of [250, 500, 1_000]) {
      last().exit(1)
      advance(delayMs - 1)
      const before = children.length
      advance(1)
      expect(children).toHaveLength(before + 1)
    }
    advance(healthyAfterMs)
    last().exit(1)
    expect(downs.map(([, delayMs]) => delayMs)).toEqual([250, 500, 1_000, 250])
  })

  it('tells at once what kept it from starting, and goes on trying', async () => {
    const { sync, last, downs, advance } = setUp()
    const waiting = sync.call('status.get', {})
    last().say({ t: 'failed', error: { code: 'already_running', message: 'Elsewhere.' } })
    last().exit(1)
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'already_running' } })
    expect(await sync.call('status.get', {})).toMatchObject({ ok: false, error: { code: 'already_running' } })
    expect(downs).toEqual([['already_running', 250]])
    advance(250)
    last().say({ t: 'ready' })
    const call = sync.call('status.get', {})
    last().say({ t: 'answer', id: 3, result: { ok: true, value: 1 } })
    expect(await call).toEqual({ ok: true, value: 1 })
  })

  it('gives the window a new line each time that it asks, and after each restart', () => {
    const { sync, last, ports, advance } = setUp()
    sync.wantQueryPort()
    expect(ports).toEqual([])
    last().say({ t: 'ready' })
    expect(ports).toEqual(['line 1'])
    sync.wantQueryPort()
    last().exit(1)
    advance(250)
    last().say({ t: 'ready' })
    expect(ports).toEqual(['line 1', 'line 2', 'line 3'])
    expect(types(last())).toEqual(['start', 'query-port'])
  })

  it('ignores what a former run says late', () => {
    const { sync, last, children, ports, advance } = setUp()
    sync.wantQueryPort()
    last().exit(1)
    advance(250)
    children[0]?.say({ t: 'ready' })
    children[0]?.exit(1)
    expect(ports).toEqual([])
    expect(children).toHaveLength(2)
  })

  it('stops in order, answers what waits, and starts no more', async () => {
    const { sync, last, children, advance } = setUp()
    const waiting = sync.call('status.get', {})
    const stopped = sync.stop(5_000)
    expect(types(last())).toEqual(['start', 'stop'])
    last().exit(0)
    await stopped
    expect(await waiting).toMatchObject({ ok: false })
    expect(await sync.call('status.get', {})).toMatchObject({ ok: false })
    advance(60_000)
    expect(children).toHaveLength(1)
  })

  it('kills it when it does not stop in time', async () => {
    const { sync, last, advance } = setUp()
    const stopped = sync.stop(5_000)
    advance(5_000)
    await stopped
    expect(last().killed).toBe(true)
  })

  it('stops between two runs', async () => {
    const { sync, last, children, advance } = setUp()
    last().exit(1)
    await sync.stop(5_000)
    advance(60_000)
    expect(children).toHaveLength(1)
  })
})
