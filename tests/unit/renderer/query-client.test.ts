import { expose, type Remote } from 'comlink'
import { afterEach, expect, test, vi } from 'vitest'
import { OutpostError } from '../../../core/errors.ts'
import { ANSWER_BOX } from '../../../core/protocol/answer-box.ts'
import type { ListChange, ListSummary, QueryWorkerApi } from '../../../core/protocol/query-worker.ts'
import type { ListSpec } from '../../../core/query/spec.ts'
import { createQueryClient, type QueryClient, type QueryClientHost } from '../../../renderer/data/query-client.ts'
import { type AnswerWriter, createAnswerWriter } from '../../../workers/query/answer-writer.ts'

const SPEC: ListSpec = { entity: 'accounts', where: [], search: '', sort: [], facets: [] }
const summary = (total: number, complete = true): ListSummary => ({ total, facets: {}, loaded: total, complete })

/** A worker of this process: an api behind a MessagePort, and ways to make it fail. */
class FakeWorker {
  readonly closed: number[] = []
  readonly connected: unknown[] = []
  readonly listeners: ((change: ListChange) => void)[] = []
  terminated = false
  /** Answers of `open`; each call takes the next, the last one stays. */
  summaries = [summary(3)]
  hang = false
  opened = 0
  /** Lets a hanging call go on. */
  proceed: () => void = () => {}
  private readonly channel = new MessageChannel()
  private readonly errorListeners: (() => void)[] = []

  constructor() {
    let answers: AnswerWriter | null = null
    const api: QueryWorkerApi = {
      answerInto: (box) => {
        answers = createAnswerWriter(box)
      },
      openInto: async (call, ...asked) => {
        const opened = await api.open(...asked)
        return answers?.put(call, opened) ? null : opened
      },
      connect: (port) => void this.connected.push(port),
      open: async (spec, onChange, count) => {
        this.opened++
        if (spec.search === 'bad') throw new OutpostError('invalid_request', 'No such field', { field: 'x' })
        this.listeners.push(onChange)
        if (this.hang)
          await new Promise<void>((resolve) => {
            this.proceed = resolve
          })
        return {
          ...((this.summaries.length > 1 ? this.summaries.shift() : this.summaries[0]) as ListSummary),
          list: this.opened,
          rows: Array.from({ length: count ?? 0 }, () => ({ id: 'a', mark: null, values: {} })),
        }
      },
      rows: async () => [{ id: 'a', mark: null, values: {} }],
      idsBetween: async () => ['a'],
      indexOf: async () => 0,
      groups: async () => [],
      close: (list) => void this.closed.push(list),
      stats: async () => ({ rows: {}, bytes: 0 }),
    }
    expose(api, this.channel.port2)
    this.channel.port1.start()
  }
  addEventListener(type: string, listener: (event: MessageEvent) => void): void {
    if (type === 'error') this.errorListeners.push(listener as () => void)
    else this.channel.port1.addEventListener(type, listener as (event: Event) => void)
  }
  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.channel.port1.postMessage(message, transfer)
  }
  terminate(): void {
    this.terminated = true
    this.channel.port1.close()
  }
  crash(): void {
    for (const listener of this.errorListeners) listener()
  }
}

const clients: QueryClient[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
})

const start = (callTimeoutMs = 5_000, box: SharedArrayBuffer | null = null) => {
  const workers: FakeWorker[] = []
  let requests = 0
  let sendPort: (port: MessagePort) => void = () => {}
  const host: QueryClientHost = {
    startWorker: () => {
      const worker = new FakeWorker()
      workers.push(worker)
      return worker as unknown as Worker
    },
    requestPort: () => {
      requests++
    },
    listenForPort: (onPort) => {
      sendPort = onPort
      return () => {}
    },
    answerBox: () => box,
    onFrame: () => () => {},
    now: () => 0,
    callTimeoutMs,
  }
  const client = createQueryClient(host)
  clients.push(client)
  const current = (): FakeWorker => workers.at(-1) as FakeWorker
  return { client, workers, current, requests: () => requests, sendPort: (port: MessagePort) => sendPort(port) }
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

test('opens lists and hands the line on to the worker', async () => {
  const { client, current, requests, sendPort } = start()
  expect(requests()).toBe(1)
  const { port1 } = new MessageChannel()
  sendPort(port1)
  const list = await client.open(SPEC, () => {})
  expect(list.latest()).toMatchObject({ total: 3, complete: true })
  expect(list.firstRows()).toHaveLength(64)
  expect(await list.rows(0, 60)).toHaveLength(1)
  await until(() => current().connected.length === 1)
  list.close()
  await until(() => current().closed.length === 1)
})

test('errors keep their code, words and context', async () => {
  const { client } = start()
  await expect(client.open({ ...SPEC, search: 'bad' }, () => {})).rejects.toMatchObject({
    error: { code: 'invalid_request', message: 'No such field', context: { field: 'x' } },
  })
})

test('a free worker is asked in the turn of the call', async () => {
  const { client, current } = start()
  await client.open(SPEC, () => {})
  await new Promise((resolve) => setImmediate(resolve))
  const post = vi.spyOn(current(), 'postMessage')
  const opening = client.open({ ...SPEC, search: 'b' }, () => {})
  expect(post).toHaveBeenCalledTimes(1)
  await opening
})

test('a superseded open never reaches the worker, and the newest waits until the worker is free', async () => {
  const { client, current } = start()
  current().hang = true
  const first = new AbortController()
  const second = new AbortController()
  const opening = client.open(SPEC, () => {}, first.signal)
  const waiting = client.open(SPEC, () => {}, second.signal)
  await until(() => current().opened === 1)
  second.abort()
  first.abort()
  await expect(opening).rejects.toMatchObject({ error: { code: 'cancelled' } })
  await expect(waiting).rejects.toMatchObject({ error: { code: 'cancelled' } })
  const newest = client.open(SPEC, () => {})
  newest.catch(() => {})
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(current().opened).toBe(1)
  current().hang = false
  current().proceed()
  await until(() => current().opened === 2)
  expect((await newest).latest()).toMatchObject({ total: 3 })
  await until(() => current().closed.length === 1)
})

test('a worker that does not answer is replaced, and the call ends with a code', async () => {
  const { client, current, workers } = start(50)
  current().hang = true
  await expect(client.open(SPEC, () => {})).rejects.toMatchObject({ error: { code: 'timeout' } })
  expect(workers).toHaveLength(2)
  expect(workers[0]?.terminated).toBe(true)
})

test('after a crash an open list comes back by itself, once it is whole', async () => {
  const { client, current, workers, requests } = start()
  const told: ListChange[] = []
  const list = await client.open(SPEC, (change) => told.push(change))
  current().crash()
  const next = current()
  next.summaries = [summary(0, false)]
  expect(workers).toHaveLength(2)
  await until(() => next.listeners.length === 1)
  expect(requests()).toBe(2)
  const rows = list.rows(0, 60)
  const tell = next.listeners[0] as Remote<(change: ListChange) => void>
  await tell({ ...summary(1, false), revision: 1 })
  expect(told).toEqual([])
  await tell({ ...summary(5), revision: 2 })
  expect(await rows).toHaveLength(1)
  expect(told.map(({ total }) => total)).toEqual([5])
})

test('after a crash several lists come back where answers are left in shared memory', async () => {
  const { client, current } = start(5_000, new SharedArrayBuffer(ANSWER_BOX.bytes))
  const told: string[] = []
  for (const search of ['a', 'b']) {
    const list = await client.open({ ...SPEC, search }, () => told.push(search))
    expect(list.firstRows()).toHaveLength(64)
  }
  current().crash()
  await until(() => told.length === 2)
  expect(told.sort()).toEqual(['a', 'b'])
})
