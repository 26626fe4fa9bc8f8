import { expect, test } from 'vitest'
import type { Row } from '../../core/model/field.ts'
import { FEED_ENTITIES, type FeedEntity } from '../../core/protocol/query-port.ts'
import { evaluate, type ReferenceData } from '../../core/query/reference.ts'
import { seededRandom } from '../../core/random.ts'
import { createEngine } from '../../workers/query/engine.ts'
import { listRow, pieceOf } from '../../bench/query/feed.ts'
import { randomRow, TODAY } from '../support/query/random-data.ts'
import { randomSpec } from '../support/query/random-spec.ts'

const SIZES: Readonly<Record<FeedEntity, number>> = { accounts: 40, contacts: 80, tasks: 40, meetings: 20 }

test('engine = reference', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed)
    const rows = Object.fromEntries(FEED_ENTITIES.map((e) => [e, new Map<string, Row>()])) as Record<
      FeedEntity,
      Map<string, Row>
    >
    const engine = createEngine({ today: () => TODAY })
    for (const entity of FEED_ENTITIES) {
      const first = Array.from({ length: SIZES[entity] }, (_, n) => randomRow(random, entity, n, SIZES.accounts))
      for (const row of first) rows[entity].set(row.id, row)
      engine.applyPiece(pieceOf(entity, first))
      engine.loaded(entity)
    }
    for (let i = 0; i < 50; i++) {
      if (random() < 0.5) {
        const entity = FEED_ENTITIES[Math.floor(random() * 4)] as FeedEntity
        const upserts = Array.from({ length: Math.floor(random() * 8) }, () =>
          randomRow(random, entity, Math.floor(random() * SIZES[entity] * 1.2), SIZES.accounts),
        )
        const removes = [...rows[entity].keys()].filter(() => random() < 0.02)
        engine.applyCommit({
          t: 'commit',
          changes: [{ entity, upserts: upserts.map((r) => listRow(entity, r)), removes }],
        })
        for (const id of removes) rows[entity].delete(id)
        for (const row of upserts) rows[entity].set(row.id, row)
      }
      const spec = randomSpec(random)
      const data = Object.fromEntries(FEED_ENTITIES.map((e) => [e, [...rows[e].values()]])) as unknown as ReferenceData
      const wanted = evaluate(data, spec, TODAY)
      const opened = engine.open(spec)
      const got = { total: opened.total, facets: opened.facets, ids: engine.idsBetween(opened.list, 0, opened.total) }
      expect(got, `seed ${seed} query ${i} ${JSON.stringify(spec)}`).toEqual(wanted)
      engine.close(opened.list)
    }
  }
})
