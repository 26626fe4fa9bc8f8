import { expose, proxy, wrap } from 'comlink'
import { afterEach, expect, test } from 'vitest'
import { ANSWER_BOX } from '../../../core/protocol/answer-box.ts'
import type { OpenedList, QueryApi, QueryWorkerApi, WindowRow } from '../../../core/protocol/query-worker.ts'
import type { ListSpec } from '../../../core/query/spec.ts'
import { openEarly } from '../../../renderer/data/early-answers.ts'
import { type AnswerWriter, createAnswerWriter } from '../../../workers/query/answer-writer.ts'

const SPEC: ListSpec = { entity: 'accounts', where: [], search: '', sort: [], facets: [] }
const row = (company: string): WindowRow => ({ id: 'a', mark: null, values: { company, deal_value: null, version: 3 } })
const listOf = (list: number, company: string): OpenedList => ({
  list,
  total: 1,
  facets: { status: { won: 1 } },
  loaded: 9,
  complete: true,
  rows: [row(company)],
})

const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

/** A worker of this process that puts its answer into the box when it is told to, and the message after it likewise. */
const start = () => {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  let box: AnswerWriter | null = null
  const asked: { readonly call: number; reply: (answer: OpenedList | null) => void; fail: (error: Error) => void }[] =
    []
  const api: Pick<QueryWorkerApi, 'answerInto' | 'openInto'> = {
    answerInto: (shared) => {
      box = createAnswerWriter(shared)
    },
    openInto: (call) => new Promise((reply, fail) => asked.push({ call, reply, fail })),
  }
  expose(api, port2)
  port1.start()
  let frames: (() => void)[] = []
  let now = 0
  /** What happens while a frame waits: it looks at the time each time it has looked for an answer. */
  let meanwhile = (): void => {}
  const open = openEarly(wrap<QueryWorkerApi<MessagePort>>(port1), new SharedArrayBuffer(ANSWER_BOX.bytes), {
    onFrame: (work) => {
      frames.push(work)
      return () => {
        frames = frames.filter((frame) => frame !== work)
      }
    },
    now: () => {
      meanwhile()
      return now++
    },
  })
  return {
    open: (): Promise<OpenedList> =>
      open(...([SPEC, proxy(() => {}), 64] satisfies Required<Parameters<QueryApi['open']>>)),
    frame: (during = (): void => {}): void => {
      meanwhile = during
      for (const work of frames.splice(0)) work()
    },
    frames: () => frames.length,
    asking: async () => {
      while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
      const question = asked.shift()
      if (!question) throw new Error('nothing is asked')
      return { ...question, put: (answer: OpenedList) => box?.put(question.call, answer) ?? false }
    },
  }
}

test('an answer that is there when the next frame is made is taken then, before its message', async () => {
  const { open, frame, asking } = start()
  const opened = open()
  const { put } = await asking()
  expect(put(listOf(1, 'Åkesson 🙂'))).toBe(true)
  frame()
  expect(await opened).toEqual(listOf(1, 'Åkesson 🙂'))
})

test('a frame waits a moment for an answer that is on its way', async () => {
  const { open, frame, asking } = start()
  const opened = open()
  const { put } = await asking()
  let looks = 0
  frame(() => ++looks === 3 && put(listOf(1, 'Late')))
  expect(await opened).toEqual(listOf(1, 'Late'))
})

test('what a frame did not find comes with its message, and no frame looks for it any more', async () => {
  const { open, frame, frames, asking } = start()
  const first = open()
  const { put, reply } = await asking()
  frame()
  put(listOf(1, 'Acme'))
  reply(null)
  expect(await first).toEqual(listOf(1, 'Acme'))
  const second = open()
  const next = await asking()
  expect(frames()).toBe(1)
  next.put(listOf(2, 'Beta'))
  next.reply(null)
  expect(await second).toEqual(listOf(2, 'Beta'))
  expect(frames()).toBe(0)
})

test('an answer to an earlier call is nobody else’s', async () => {
  const { open, frame, asking } = start()
  const first = open()
  const { put, reply } = await asking()
  put(listOf(1, 'Acme'))
  reply(null)
  await first
  const second = open()
  const next = await asking()
  frame()
  next.put(listOf(2, 'Beta'))
  next.reply(null)
  expect(await second).toEqual(listOf(2, 'Beta'))
})

test('an answer that the box has no room for comes in its message', async () => {
  const { open, asking } = start()
  const long = listOf(1, 'é'.repeat(ANSWER_BOX.bytes / 2))
  const opened = open()
  const { put, reply } = await asking()
  expect(put(long)).toBe(false)
  reply(long)
  expect(await opened).toEqual(long)
})

test('what the worker throws is thrown', async () => {
  const { open, frame, asking } = start()
  const opened = open()
  const { fail } = await asking()
  frame()
  fail(new Error('no such field'))
  await expect(opened).rejects.toThrow('no such field')
})
