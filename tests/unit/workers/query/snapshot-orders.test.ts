import { expect, test } from 'vitest'
import { pieceOf } from '../../../../bench/query/feed.ts'
import type { ListSpec } from '../../../../core/query/spec.ts'
import { seededRandom } from '../../../../core/random.ts'
import { createEngine, type Engine, type SnapshotSections } from '../../../../workers/query/engine.ts'
import { loadStore } from '../../../../workers/query/snapshot/load-store.ts'
import { SnapshotRefused } from '../../../../workers/query/snapshot/sections.ts'
import { DEFAULT_LIMITS, type Store } from '../../../../workers/query/store/store.ts'
import { randomRow, TODAY } from '../../../support/query/random-data.ts'

const ROWS = 300
const SORT: ListSpec['sort'] = [
  { field: 'company', dir: 'desc' },
  { field: 'city', dir: 'asc' },
]
const SPEC: ListSpec = { entity: 'accounts', where: [], search: '', sort: SORT, facets: [] }

const filled = (): Engine => {
  const engine = createEngine({ today: () => TODAY })
  const random = seededRandom(3)
  const rows = Array.from({ length: ROWS }, (_, n) => randomRow(random, 'accounts', n, ROWS))
  engine.applyPiece(pieceOf('accounts', rows))
  return engine
}

/** An engine's snapshot, copied. */
const sectionsOf = (engine: Engine): SnapshotSections =>
  new Map(engine.snapshot().map(([name, bytes]) => [name, bytes.slice()]))

const load = (sections: SnapshotSections): Store => {
  const work = loadStore(sections, DEFAULT_LIMITS)
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

const orderOf = (sections: SnapshotSections): Uint32Array => {
  const bytes = sections.get('accounts.order-0')
  if (!bytes) throw new Error('no order')
  return new Uint32Array(bytes.buffer)
}

test('a sort that was in use is there after a load, without being sorted again', () => {
  const engine = filled()
  const { list } = engine.open(SPEC)
  const sections = sectionsOf(engine)
  const order = load(sections).shelves.accounts.knownOrder(SORT)
  expect(order?.length).toBe(ROWS)
  expect(engine.rows(list, 0, ROWS)).toHaveLength(ROWS)
})

test('an order with rows that wait to be folded is left out', () => {
  const engine = filled()
  engine.open(SPEC)
  const random = seededRandom(4)
  engine.applyPiece(pieceOf('accounts', [randomRow(random, 'accounts', ROWS + 1, ROWS)]))
  expect(load(sectionsOf(engine)).shelves.accounts.knownOrder(SORT)).toBe(undefined)
})

for (const [what, spoil] of [
  ['names a row twice', (order: Uint32Array) => order.copyWithin(0, 1, 2)],
  ['names a row that is not there', (order: Uint32Array) => order.fill(ROWS + 7, 0, 1)],
] as const)
  test(`an order that ${what} is refused`, () => {
    const engine = filled()
    engine.open(SPEC)
    const sections = sectionsOf(engine)
    spoil(orderOf(sections))
    expect(() => load(sections)).toThrow(SnapshotRefused)
  })
