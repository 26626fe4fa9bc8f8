import { describe, expect, it } from 'vitest'
import type { ListChange, WindowRow } from '../../../core/protocol/query-worker.ts'
import { type ListSpec, listSpec } from '../../../core/query/spec.ts'
import type { FirstScreen } from '../../../renderer/data/first-screen.ts'
import { createListSession, type Later } from '../../../renderer/data/list-session.ts'
import type { OpenList } from '../../../renderer/data/query-client.ts'

const spec = (search: string): ListSpec => listSpec.parse({ entity: 'accounts', search })
const settled = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await Promise.resolve()
}

const NO_DISK: FirstScreen = { read: async () => null, onChange: () => () => {} }

/** Time that passes when it is told to. */
const fakeTime = () => {
  const due = new Map<() => void, number>()
  const later: Later = (delayMs, work) => {
    due.set(work, delayMs)
    return () => due.delete(work)
  }
  const pass = (ms: number): void => {
    for (const [work, inMs] of [...due]) {
      due.delete(work)
      if (inMs <= ms) work()
      else due.set(work, inMs - ms)
    }
  }
  return { later, pass }
}

/** A session with a list open for so long that changes are told at once. */
const calmSession = async (fake: ReturnType<typeof fakeClient>) => {
  const time = fakeTime()
  const session = createListSession(fake.client, NO_DISK, time.later)
  await session.open(spec('a'))
  time.pass(1_000)
  return { session, time }
}

/** A query client whose answers wait until they are let through. */
const fakeClient = (total: number) => {
  const gates: { readonly name: string; open: () => void }[] = []
  const closed: string[] = []
  const opened: string[] = []
  const asked: string[] = []
  let notice: (change: ListChange) => void = () => {}
  let generation = 0
  let held = false
  const gate = (name: string): Promise<void> =>
    held
      ? new Promise((open) => {
          gates.push({ name, open })
        })
      : Promise.resolve()
  const summary = (): ListChange => ({ total, facets: {}, loaded: total, complete: true, revision: generation })
  const rowsOf = (name: string, start: number, count: number, made: number): WindowRow[] =>
    Array.from({ length: Math.max(0, Math.min(count, total - start)) }, (_, i) => {
      return { id: `${name}-${start + i}-${made}`, mark: null, values: {} }
    })
  const listOf = (name: string, first: readonly WindowRow[]): OpenList => ({
    spec: spec(name),
    latest: summary,
    firstRows: () => first,
    async rows(start, count) {
      asked.push(`${name} ${start}+${count}`)
      const made = generation
      await gate(`rows ${name} ${start}`)
      return rowsOf(name, start, count, made)
    },
    idsBetween: async () => [],
    indexOf: async () => -1,
    groups: async () => [],
    close: () => void closed.push(name),
  })
  return {
    closed,
    opened,
    asked,
    gates,
    hold: (on: boolean) => {
      held = on
    },
    change() {
      generation++
      notice(summary())
    },
    client: {
      isWhole: () => true,
      async open(wanted: ListSpec, onChange: (change: ListChange) => void) {
        opened.push(wanted.search)
        const first = rowsOf(wanted.search, 0, 64, generation)
        notice = onChange
        await gate(`open ${wanted.search}`)
        return listOf(wanted.search, first)
      },
    },
  }
}

describe('a list on screen', () => {
  it('shows total and first rows at once', async () => {
    const fake = fakeClient(1000)
    const session = createListSession(fake.client, NO_DISK)
    await session.open(spec('a'))
    expect(session.snapshot()).toMatchObject({ total: 1000, opening: false, error: null })
    expect(session.rowAt(0)?.id).toBe('a-0-0')
    expect(session.rowAt(64)).toBeUndefined()
  })

  it('fetches what is scrolled to, whole blocks, once', async () => {
    const fake = fakeClient(1000)
    const session = createListSession(fake.client, NO_DISK)
    await session.open(spec('a'))
    session.show(500, 530)
    session.show(500, 531)
    await settled()
    expect(session.rowAt(500)?.id).toBe('a-500-0')
    expect(session.rowAt(531)?.id).toBe('a-531-0')
    expect(fake.asked).toEqual(['a 448+128'])
  })

  it('skips the places that were scrolled past while an answer was under way', async () => {
    const fake = fakeClient(100_000)
    const session = createListSession(fake.client, NO_DISK)
    await session.open(spec('a'))
    fake.hold(true)
    for (let first = 1_000; first <= 90_000; first += 1_000) session.show(first, first + 30)
    fake.hold(false)
    fake.gates[0]?.open()
    await settled()
    expect(fake.asked).toHaveLength(2)
    expect(session.rowAt(90_010)?.id).toBe('a-90010-0')
  })

  it('tells that a query waits only where it does so for long', async () => {
    const fake = fakeClient(1000)
    const { session, time } = await calmSession(fake)
    expect(session.snapshot().opening).toBe(false)
    fake.hold(true)
    const slow = session.open(spec('ab'))
    time.pass(149)
    expect(session.snapshot().opening).toBe(false)
    time.pass(1)
    expect(session.snapshot().opening).toBe(true)
    fake.gates[0]?.open()
    await slow
    expect(session.snapshot().opening).toBe(false)
  })

  it('drops the answer to an older query and lets the worker forget it', async () => {
    const fake = fakeClient(1000)
    const session = createListSession(fake.client, NO_DISK)
    await session.open(spec('a'))
    fake.hold(true)
    const slow = session.open(spec('ab'))
    const quick = session.open(spec('abc'))
    expect(session.rowAt(0)?.id).toBe('a-0-0')
    fake.hold(false)
    fake.gates.find(({ name }) => name === 'open abc')?.open()
    await quick
    fake.gates.find(({ name }) => name === 'open ab')?.open()
    await slow
    expect(session.rowAt(0)?.id).toBe('abc-0-0')
    expect(session.snapshot().opening).toBe(false)
    expect(fake.closed.sort()).toEqual(['a', 'ab'])
  })

  it('keeps rows that changed on screen until their successors are here', async () => {
    const fake = fakeClient(1000)
    const { session } = await calmSession(fake)
    session.show(0, 30)
    fake.hold(true)
    fake.change()
    expect(session.rowAt(3)?.id).toBe('a-3-0')
    fake.gates[0]?.open()
    await settled()
    expect(session.rowAt(3)?.id).toBe('a-3-1')
  })

  it('tells a change once, with the rows that came of it', async () => {
    const fake = fakeClient(1000)
    const { session } = await calmSession(fake)
    const told: (string | undefined)[] = []
    session.subscribe(() => told.push(session.rowAt(0)?.id))
    fake.change()
    await settled()
    expect(told).toEqual(['a-0-1'])
  })

  it('tells a change of which no row is on screen', async () => {
    const fake = fakeClient(0)
    const { session } = await calmSession(fake)
    let told = 0
    session.subscribe(() => told++)
    fake.change()
    expect([told, fake.asked]).toEqual([1, []])
  })

  it('fetches again when a commit came while rows were under way', async () => {
    const fake = fakeClient(1000)
    const { session } = await calmSession(fake)
    fake.hold(true)
    session.show(200, 230)
    fake.change()
    fake.hold(false)
    fake.gates[0]?.open()
    await settled()
    expect(session.rowAt(210)?.id).toBe('a-210-1')
  })

  it('asks in the turn of the call, once per query, and needs no second answer for the first rows', async () => {
    const fake = fakeClient(1000)
    const session = createListSession(fake.client, NO_DISK)
    fake.hold(true)
    const opening = session.open(spec('a'))
    expect(fake.opened).toEqual(['a'])
    void session.open(spec('a'))
    fake.gates[0]?.open()
    await opening
    void session.open(spec('a'))
    expect(session.rowAt(0)?.id).toBe('a-0-0')
    expect([fake.opened, fake.asked]).toEqual([['a'], []])
  })

  it('fetches again when a commit came while the query was under way', async () => {
    const fake = fakeClient(1000)
    const time = fakeTime()
    const session = createListSession(fake.client, NO_DISK, time.later)
    fake.hold(true)
    const opening = session.open(spec('a'))
    fake.change()
    fake.hold(false)
    fake.gates[0]?.open()
    await opening
    time.pass(200)
    await settled()
    expect(session.rowAt(0)?.id).toBe('a-0-1')
  })

  it('holds changes back while queries follow one another, and tells them once when none did for a moment', async () => {
    const fake = fakeClient(1000)
    const { session, time } = await calmSession(fake)
    await session.open(spec('ab'))
    const told: (string | undefined)[] = []
    session.subscribe(() => told.push(session.rowAt(0)?.id))
    fake.change()
    time.pass(199)
    fake.change()
    expect(told).toEqual([])
    await session.open(spec('abc'))
    expect(told).toEqual(['abc-0-2'])
    fake.change()
    time.pass(199)
    await settled()
    expect(told).toEqual(['abc-0-2'])
    time.pass(1)
    await settled()
    expect(told).toEqual(['abc-0-2', 'abc-0-3'])
    time.pass(1_000)
    fake.change()
    await settled()
    expect(told).toEqual(['abc-0-2', 'abc-0-3', 'abc-0-4'])
  })

  it('tells nothing of rows that come while a newer query is under way, unless that is late', async () => {
    const fake = fakeClient(1000)
    const { session, time } = await calmSession(fake)
    let told = 0
    session.subscribe(() => told++)
    fake.hold(true)
    session.show(200, 230)
    const slow = session.open(spec('ab'))
    fake.gates.shift()?.open()
    await settled()
    expect([told, session.rowAt(210)?.id]).toEqual([0, 'a-210-0'])
    time.pass(150)
    expect([told, session.snapshot().opening]).toEqual([1, true])
    fake.gates.find(({ name }) => name === 'open ab')?.open()
    await slow
    expect([told, session.rowAt(0)?.id]).toEqual([2, 'ab-0-0'])
  })

  it('opens again after it was closed', async () => {
    const fake = fakeClient(10)
    const session = createListSession(fake.client, NO_DISK)
    await session.open(spec('a'))
    session.close()
    expect(session.snapshot().list).toBeNull()
    await session.open(spec('b'))
    expect(session.rowAt(9)?.id).toBe('b-9-0')
    expect(fake.closed).toEqual(['a'])
  })
})
