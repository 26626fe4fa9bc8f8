import { expect, test } from 'vitest'
import type { Ahead, ReplicaCalls } from '../../../../workers/sync/replica-calls.ts'
import { takeAhead } from '../../../../workers/sync/take-ahead.ts'
import { type ThreadAnswer, ThreadClient, type ThreadRequest } from '../../../../workers/sync/thread-client.ts'

const BODY = '[{"key":"a","n":"},{\\"key\\":"},{"key":"b"},{"key":"c"},{"key":"d"}]'
const upTo = (row: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(BODY.slice(0, BODY.indexOf(row))))

/** A thread that answers when it is told to, and the parts that it got. */
const thread = () => {
  const parts: Ahead[] = []
  const asked: number[] = []
  let tell: (answer: ThreadAnswer) => void = () => {}
  const client = new ThreadClient<ReplicaCalls>(
    {
      postMessage: (message) => {
        const { id, method, params } = message as ThreadRequest<ReplicaCalls>
        asked.push(id)
        if (method === 'takeAhead') parts.push(params as Ahead)
      },
      on: (event: string, listener: unknown) => {
        if (event === 'message') tell = listener as typeof tell
      },
      terminate: async () => {},
    },
    () => {},
  )
  const answer = async (value: unknown): Promise<void> => {
    tell({ id: asked.shift() ?? 0, ok: true, value })
    await Promise.resolve()
    await Promise.resolve()
  }
  const texts = (): readonly string[] => parts.map(({ bytes }) => Buffer.from(bytes).toString())
  return { client, parts, texts, answer }
}

test('R-14 the thread gets whole rows, from the second piece on and while it has nothing else to do', async () => {
  const { client, parts, texts, answer } = thread()
  const onBytes = takeAhead(client, 'accounts', 'main', 7)
  onBytes(upTo('"b"'))
  expect(texts()).toEqual([])
  onBytes(upTo('"b"'))
  expect(texts()).toEqual(['[{"key":"a","n":"},{\\"key\\":"},'])
  expect(parts[0]).toMatchObject({ id: 7, entity: 'accounts', slot: 'main', from: 0 })
  onBytes(upTo('"c"'))
  expect(parts.length).toBe(1)
  await answer(true)
  onBytes(upTo('"d"'))
  expect(texts()[1]).toBe('{"key":"b"},{"key":"c"},')
  expect(parts[1]?.from).toBe(parts[0]?.bytes.length)
  await answer(true)
  onBytes(upTo('"d"'))
  expect(parts.length).toBe(2)
})

test('R-14 once a part was not taken, the rest of its body is not offered', async () => {
  const { client, parts, answer } = thread()
  const onBytes = takeAhead(client, 'accounts', 'main', 7)
  onBytes(upTo('"b"'))
  onBytes(upTo('"b"'))
  await answer(false)
  onBytes(upTo('"d"'))
  expect(parts.length).toBe(1)
})
