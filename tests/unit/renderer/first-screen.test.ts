import { expect, test } from 'vitest'
import type { ListChange, WindowRow } from '../../../core/protocol/query-worker.ts'
import { type ListSpec, listSpec } from '../../../core/query/spec.ts'
import type { FirstScreen } from '../../../renderer/data/first-screen.ts'
import { createListSession } from '../../../renderer/data/list-session.ts'
import type { OpenList } from '../../../renderer/data/query-client.ts'

const spec = (search = ''): ListSpec => listSpec.parse({ entity: 'accounts', search })
const settled = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await Promise.resolve()
}
const rowsOf = (from: string, start: number, count: number): WindowRow[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${from}-${start + i}`, mark: null, values: {} }))

/**
 * A worker whose columns come when they are told to, and a disk that answers when it is let.
 *
 * @param known lists of the entity were whole before
 */
const starting = (known = false) => {
  let summary: ListChange = { total: 7, facets: {}, loaded: 7, complete: false, revision: 0 }
  let notice: (change: ListChange) => void = () => {}
  let tellChange: (() => void) | null = null
  let answerRows: (() => void) | null = null
  const reads: ((rows: readonly WindowRow[] | null) => void)[] = []
  const closed: string[] = []
  const asked: number[] = []
  const screen: FirstScreen = {
    read: () => new Promise((resolve) => void reads.push(resolve)),
    onChange: (_, listener) => {
      tellChange = listener
      return () => {
        tellChange = null
      }
    },
  }
  const listOf = (wanted: ListSpec): OpenList => ({
    spec: wanted,
    latest: () => summary,
    firstRows: () => rowsOf('part', 0, 7),
    async rows(start, count) {
      asked.push(start)
      await new Promise<void>((resolve) => {
        answerRows = resolve
      })
      return rowsOf('whole', start, count)
    },
    idsBetween: async () => [],
    indexOf: async () => -1,
    groups: async () => [],
    close: () => void closed.push(wanted.search),
  })
  const session = createListSession(
    {
      isWhole: () => known,
      async open(wanted: ListSpec, onChange: (change: ListChange) => void) {
        notice = onChange
        return listOf(wanted)
      },
    },
    screen,
    // Whatever waits is told at once.
    (_, work) => {
      work()
      return () => {}
    },
  )
  /** Totals told while row 70 was not here. */
  const without: number[] = []
  session.subscribe(() => void (session.rowAt(70) || without.push(session.snapshot().total)))
  return {
    session,
    closed,
    asked,
    without,
    reads,
    listens: () => tellChange !== null,
    edit: () => tellChange?.(),
    async disk(rows: readonly WindowRow[] | null) {
      reads.shift()?.(rows)
      await settled()
    },
    async grow(total: number, complete: boolean) {
      summary = { total, facets: {}, loaded: total, complete, revision: summary.revision + 1 }
      notice(summary)
      await settled()
    },
    async rowsCome() {
      answerRows?.()
      await settled()
    },
  }
}

test('L-16 the disk shows first rows and no total, and the columns take their place once they are whole', async () => {
  const world = starting()
  const { session } = world
  const wanted = spec()
  await session.open(wanted)
  expect(session.snapshot()).toMatchObject({ list: null, opening: true, total: 0 })
  await world.disk(rowsOf('disk', 0, 128))
  expect(session.snapshot()).toMatchObject({ list: null, counting: true, total: 128, complete: false, opening: false })
  expect(session.snapshot().spec).toBe(wanted)
  expect([session.rowAt(0)?.id, session.rowAt(127)?.id]).toEqual(['disk-0', 'disk-127'])
  await world.grow(300, false)
  expect(session.snapshot().total).toBe(128)
  session.show(70, 100)
  await world.grow(5_000, true)
  // Nothing changes on screen until the rows that are looked at are here.
  expect([session.snapshot().counting, session.rowAt(70)?.id]).toEqual([true, 'disk-70'])
  await world.rowsCome()
  expect(session.snapshot()).toMatchObject({ counting: false, total: 5_000, complete: true })
  expect(session.snapshot().spec).toBe(wanted)
  expect([session.rowAt(70)?.id, session.rowAt(100)?.id]).toEqual(['whole-70', 'whole-100'])
  expect(world.asked[0]).toBe(64)
  expect(world.without).toEqual([0])
  expect([world.listens(), world.closed]).toEqual([false, []])
})

test('L-16 a change of its records is read anew, once however many came, and only until the columns are there', async () => {
  const world = starting()
  await world.session.open(spec())
  world.edit()
  world.edit()
  await world.disk(rowsOf('disk', 0, 5))
  expect(world.reads).toHaveLength(1)
  await world.disk(rowsOf('edited', 0, 6))
  expect([world.session.rowAt(5)?.id, world.session.snapshot().total]).toEqual(['edited-5', 6])
  expect(world.reads).toHaveLength(0)
  world.edit()
  await world.grow(9, true)
  await world.rowsCome()
  await world.disk(rowsOf('late', 0, 5))
  expect(world.session.rowAt(0)?.id).toBe('whole-0')
})

test('L-16 where the disk has no answer the list shows what columns there are, as they come', async () => {
  const world = starting()
  await world.session.open(spec())
  await world.disk(null)
  expect(world.session.snapshot()).toMatchObject({ counting: false, total: 7, complete: false })
  expect([world.session.rowAt(0)?.id, world.listens()]).toEqual(['part-0', false])
  await world.grow(12, true)
  expect(world.session.snapshot()).toMatchObject({ total: 12, complete: true })
})

test('L-16 columns that are there before the disk answers are shown, and the disk is not', async () => {
  const world = starting()
  await world.session.open(spec())
  await world.grow(40, true)
  await world.rowsCome()
  await world.disk(rowsOf('disk', 0, 5))
  expect([world.session.snapshot().total, world.session.rowAt(0)?.id]).toEqual([40, 'whole-0'])
})

test('L-16 the disk is asked in the turn of the call, and not again when the worker answers', async () => {
  const world = starting()
  const opening = world.session.open(spec())
  expect(world.reads).toHaveLength(1)
  await opening
  expect(world.reads).toHaveLength(1)
})

test('L-16 the disk is left alone where columns are there, and asked where they were and the worker has begun anew', async () => {
  const world = starting(true)
  await world.grow(90, true)
  await world.session.open(spec('a'))
  expect([world.reads.length, world.session.snapshot().total]).toEqual([0, 90])
  await world.grow(3, false)
  await world.session.open(spec('b'))
  expect(world.reads).toHaveLength(1)
  await world.disk(rowsOf('disk', 0, 5))
  expect([world.session.rowAt(0)?.id, world.closed]).toEqual(['disk-0', ['a']])
})

test('L-16 another query while columns are loaded: the disk rows stay until its own are here, and its list is let go', async () => {
  const world = starting()
  const { session } = world
  await session.open(spec('a'))
  await world.disk(rowsOf('a', 0, 20))
  await session.open(spec('b'))
  expect(world.closed).toEqual(['a'])
  expect([session.rowAt(0)?.id, session.snapshot().opening]).toEqual(['a-0', true])
  await world.disk(rowsOf('b', 0, 3))
  expect([session.rowAt(0)?.id, session.snapshot().total]).toEqual(['b-0', 3])
  session.close()
  expect([world.closed, world.listens()]).toEqual([['a', 'b'], false])
})
