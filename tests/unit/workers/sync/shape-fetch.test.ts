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

const fetchOver = (answers: Response[], budget: BodyBudget, bodies: RawBody[]) =>
  shapeFetch({
    fetch: async () => answers.shift() ?? new Response(null, { status: 500 }),
    budget,
    saw: () => {},
    divert: (body) => bodies.push(body),
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
