import { expect, test } from 'vitest'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../../../core/protocol/version.ts'
import { BodyBudget } from '../../../../workers/sync/body-budget.ts'
import { type RawBody, shapeFetch } from '../../../../workers/sync/shape-fetch.ts'

const LARGE = 100_000
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** The n-th chunk of a snapshot, and its bytes when they are let come. */
const chunk = (n: number) => {
  const come = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await come.promise
      controller.enqueue(new Uint8Array(LARGE))
      controller.close()
    },
  })
  const headers = {
    [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
    'electric-handle': 'h',
    'electric-offset': `0_${n}`,
  }
  return { response: new Response(body, { headers }), come: come.resolve, headers }
}

const fetchOver = (
  answers: Response[],
  budget: BodyBudget,
  bodies: RawBody[],
  coming: (id: number) => (bytes: Uint8Array<ArrayBuffer>) => void = () => () => {},
) =>
  shapeFetch({
    fetch: async () => answers.shift() ?? new Response(null, { status: 500 }),
    budget,
    saw: () => {},
    divert: (body) => bodies.push(body),
    coming,
    signal: new AbortController().signal,
  })

test('R-9 a stream answers for a chunk while its bytes come, and reads the next one after them', async () => {
  const [first, second] = [chunk(0), chunk(1)]
  const bodies: RawBody[] = []
  const ask = fetchOver([first.response, second.response], new BodyBudget(2), bodies)
  await ask('http://gateway/shape?offset=-1')
  expect(bodies.length).toBe(1)
  const next = ask('http://gateway/shape?offset=0_0')
  second.come()
  await turn()
  expect(bodies.length).toBe(1)
  first.come()
  await next
  expect(bodies.map(({ offset }) => offset)).toEqual(['0_0', '0_1'])
})

test('R-9 a small body gives its place back once it is here; a large one keeps it', async () => {
  const budget = new BodyBudget(1)
  const bodies: RawBody[] = []
  const [first, second] = [chunk(0), chunk(1)]
  const small = new Response('[]', { headers: first.headers })
  const ask = fetchOver([small, second.response], budget, bodies)
  await ask('http://gateway/shape?offset=-1')
  const content = await bodies[0]?.content
  expect(new TextDecoder().decode(content?.bytes)).toBe('[]')
  await ask('http://gateway/shape?offset=0_0')
  second.come()
  expect((await bodies[1]?.content)?.bytes.length).toBe(LARGE)
  let free = false
  void budget.take().then(() => {
    free = true
  })
  await turn()
  expect(free).toBe(false)
  bodies[1]?.place.release()
  await turn()
  expect(free).toBe(true)
})

test('R-14 of a snapshot’s chunk it is told what is here as it comes, of any other answer nothing', async () => {
  const log = { ...chunk(0).headers, 'electric-offset': '9_0' }
  const pieces = ['[{"a":', '1}', ']'].map((text) => new TextEncoder().encode(text))
  const answers = [chunk(0).headers, log].map((headers) => {
    const rest = [...pieces]
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      const piece = rest.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    }
    return new Response(new ReadableStream<Uint8Array>({ pull }), { headers })
  })
  const told: [number, string][] = []
  const bodies: RawBody[] = []
  const ask = fetchOver(answers, new BodyBudget(2), bodies, (id) => (bytes) => {
    told.push([id, new TextDecoder().decode(bytes)])
  })
  await ask('http://gateway/shape?offset=-1')
  await ask('http://gateway/shape?offset=0_0')
  const id = bodies[0]?.id ?? 0
  expect(told).toEqual([
    [id, '[{"a":'],
    [id, '[{"a":1}'],
    [id, '[{"a":1}]'],
  ])
  expect(await Promise.all(bodies.map(({ content }) => content))).toHaveLength(2)
})
