import { deepStrictEqual } from 'node:assert'
import { listRow, pieceOf } from '../../../bench/query/feed.ts'
import type { Row } from '../../../core/model/field.ts'
import { FEED_ENTITIES, type FeedEntity } from '../../../core/protocol/query-port.ts'
import { alternativesOf } from '../../../core/query/condition.ts'
import { evaluate, type ReferenceAnswer, type ReferenceData } from '../../../core/query/reference.ts'
import type { ListSpec } from '../../../core/query/spec.ts'
import { type Random, seededRandom } from '../../../core/random.ts'
import { type Commit, createEngine, type Engine, type EngineOptions } from '../../../workers/query/engine.ts'
import { randomRow, TODAY } from './random-data.ts'
import { randomSort, randomSpec } from './random-spec.ts'
import { SqliteOracle } from './sqlite-oracle.ts'
import { throughSnapshot } from './through-snapshot.ts'

const SIZES: Readonly<Record<FeedEntity, number>> = { accounts: 40, contacts: 80, tasks: 40, meetings: 20 }
/** Queries against one set of rows before the next is drawn. */
const QUERIES_PER_WORLD = 50

const OPTIONS: EngineOptions = { today: () => TODAY, limits: { looseRows: 3, changedOwners: 4 } }

/** What a run of the fuzz exercised, so that a run that proves nothing fails. */
export interface FuzzTally {
  queries: number
  withResults: number
  /** Queries whose order had rows waiting in its buffer. */
  unmerged: number
  /** Queries asked while a commit was half staged. */
  midCommit: number
  /** How often the engine was begun anew from its snapshot. */
  restored: number
  readonly ops: Record<string, number>
}

/**
 * Asks random queries of the engine, the reference evaluator and SQLite while rows come, change and go, and compares
 * ids, order, totals and facets.
 *
 * @throws at the first difference, naming the seed that brings it back
 */
export const fuzzQueries = (seed: number, queries: number): FuzzTally => {
  const tally: FuzzTally = { queries: 0, withResults: 0, unmerged: 0, midCommit: 0, restored: 0, ops: {} }
  for (let world = 0; tally.queries < queries; world++) {
    const live = new World(seededRandom(seed + world))
    for (let i = 0; i < QUERIES_PER_WORLD; i++) {
      const step = `replay with OUTPOST_FUZZ_SEED=${seed + world}, query ${i} of its first ${QUERIES_PER_WORLD}`
      live.step(tally, step)
    }
    live.oracle.close()
  }
  return tally
}

class World {
  readonly oracle = new SqliteOracle()
  private readonly random: Random
  private engine: Engine = createEngine(OPTIONS)
  private readonly rows = new Map<FeedEntity, Map<string, Row>>()
  /** A few orders that are asked for again and again, so that they live through commits. */
  private readonly sorts: Readonly<Record<string, readonly ListSpec['sort'][]>>

  constructor(random: Random) {
    this.random = random
    for (const entity of FEED_ENTITIES) {
      const first = Array.from({ length: SIZES[entity] }, (_, n) => randomRow(random, entity, n, SIZES.accounts))
      this.rows.set(entity, new Map())
      this.engine.applyPiece(pieceOf(entity, first))
      this.engine.loaded(entity)
      this.keep(entity, first, [])
    }
    // Orders by fields of the account are built anew after most commits; orders by own fields live on, and the usual ones
    // have short cuts of their own.
    const some = (entity: ListSpec['entity'], usual: string): ListSpec['sort'][] => [
      [{ field: usual, dir: 'asc' }],
      randomSort(random, entity, 'own'),
      randomSort(random, entity, 'any'),
    ]
    this.sorts = {
      accounts: some('accounts', 'company'),
      contacts: some('contacts', 'name'),
      tasks: some('tasks', 'due_date'),
    }
  }

  step(tally: FuzzTally, name: string): void {
    const { random } = this
    if (random() < 0.01) {
      this.engine = throughSnapshot(this.engine, OPTIONS)
      for (const entity of FEED_ENTITIES) this.engine.loaded(entity)
      tally.restored++
    }
    if (random() < 0.12) {
      const slices = random() < 0.4 ? Number.POSITIVE_INFINITY : Math.floor(random() * 40)
      for (let left = slices; left > 0 && this.engine.upkeep(); left--);
    }
    if (random() < 0.6) this.change(tally, name)
    this.ask(tally, name)
  }

  private change(tally: FuzzTally, name: string): void {
    const { random } = this
    const drafts = Array.from({ length: random() < 0.7 ? 1 : 3 }, () => this.draft())
    const changes = drafts.map(({ entity, upserts, removes }) => ({
      entity,
      upserts: upserts.map((row) => listRow(entity, row)),
      removes,
    }))
    // Some commits come in two messages.
    const split = random() < 0.2 ? 1 : 0
    if (split > 0) this.engine.applyCommit({ t: 'commit', changes: changes.slice(0, split), more: true })
    const commit: Commit = { t: 'commit', changes: changes.slice(split) }
    const staging = this.engine.stage(commit)
    if (random() < 0.3) {
      for (let left = Math.floor(random() * 6); left > 0; left--) {
        if (!staging.next().done) continue
        for (const { entity, upserts, removes } of drafts) this.keep(entity, upserts, removes)
        return
      }
      tally.midCommit++
      this.ask(tally, `${name}, half way through a commit`)
    }
    while (!staging.next().done);
    for (const { entity, upserts, removes } of drafts) this.keep(entity, upserts, removes)
  }

  /** Some new, changed and removed rows of one table. */
  private draft(): { entity: FeedEntity; upserts: Row[]; removes: string[] } {
    const { random } = this
    const entity = FEED_ENTITIES[Math.floor(random() * FEED_ENTITIES.length)] as FeedEntity
    const held = this.rows.get(entity) ?? new Map<string, Row>()
    const upserts = new Map<string, Row>()
    for (let left = Math.floor(random() * 5); left > 0; left--) {
      const row = randomRow(random, entity, Math.floor(random() * SIZES[entity] * 1.2), SIZES.accounts)
      const before = held.get(row.id)
      upserts.set(row.id, before && random() < 0.6 ? someFieldsOf(random, before, row) : row)
    }
    const removes = [...held.keys()].filter((id) => !upserts.has(id) && random() < 0.02)
    return { entity, upserts: [...upserts.values()], removes }
  }

  private keep(entity: FeedEntity, upserts: readonly Row[], removes: readonly string[]): void {
    const held = this.rows.get(entity)
    for (const id of removes) {
      held?.delete(id)
      this.oracle.remove(entity, id)
    }
    for (const row of upserts) {
      held?.set(row.id, row)
      this.oracle.upsert(entity, row)
    }
  }

  private ask(tally: FuzzTally, name: string): void {
    const { random, engine } = this
    const drawn = randomSpec(random)
    const sorts = this.sorts[drawn.entity] ?? []
    const spec = { ...drawn, sort: sorts[Math.floor(random() * sorts.length)] ?? [] }
    const wanted = evaluate(this.data(), spec, TODAY)
    const opened = engine.open(spec)
    const answer: ReferenceAnswer = { total: opened.total, facets: opened.facets, ids: readAll(engine, opened, random) }
    const about = `${name}: ${JSON.stringify(spec)}`
    deepStrictEqual(answer, wanted, `engine and reference differ; ${about}`)
    deepStrictEqual(this.oracle.answer(spec), wanted, `SQLite and reference differ; ${about}`)
    const [someId] = wanted.ids.slice(Math.floor(random() * wanted.total))
    if (someId) deepStrictEqual(engine.indexOf(opened.list, someId), wanted.ids.indexOf(someId), `indexOf; ${about}`)
    tally.queries++
    if (wanted.total > 0) tally.withResults++
    if (engine.unmerged(opened.list) > 0) tally.unmerged++
    for (const item of spec.where) for (const { op } of alternativesOf(item)) tally.ops[op] = (tally.ops[op] ?? 0) + 1
    engine.close(opened.list)
  }

  private data(): ReferenceData {
    const of = (entity: FeedEntity): Row[] => [...(this.rows.get(entity)?.values() ?? [])]
    return { accounts: of('accounts'), contacts: of('contacts'), tasks: of('tasks'), meetings: of('meetings') }
  }
}

/** A row of which a few fields change. */
const someFieldsOf = (random: Random, before: Row, drawn: Row): Row => ({
  ...before,
  ...Object.fromEntries(Object.entries(drawn).filter(() => random() < 0.25)),
  id: before.id,
  version: drawn.version,
})

/** The whole list in windows of a random size. */
const readAll = (engine: Engine, opened: { list: number; total: number }, random: Random): string[] => {
  const size = 1 + Math.floor(random() * 30)
  const ids: string[] = []
  for (let start = 0; start < opened.total; start += size) {
    const rows = engine.rows(opened.list, start, size)
    if (rows.length === 0) break
    ids.push(...rows.map((row) => row.id))
  }
  return ids
}
