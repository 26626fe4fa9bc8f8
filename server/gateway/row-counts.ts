import type pg from 'pg'
import { z } from 'zod'
import type { EntityName } from '../../core/model/entities.ts'
import type { Where } from './visible-rows.ts'

const countRow = z.object({ count: z.coerce.number() })

/** A count of fewer rows costs next to nothing, and would be seen to be old. */
const KEPT_FROM_ROWS = 10_000
const KEPT_MS = 600_000
const MOST_KEPT = 1_000

/**
 * How many rows clauses hold. A large count is kept for ten minutes: it says how far a first load has come, and Postgres
 * takes a fifth of a second for a million rows, which every start and every sign-in of a fleet would ask for again.
 */
export class RowCounts {
  readonly #now: () => number
  readonly #kept = new Map<string, { readonly count: number; readonly atMs: number }>()

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Rows of an entity for which a clause holds, as many as there were at most ten minutes ago.
   *
   * @throws what Postgres answers
   */
  async of(client: pg.ClientBase, entity: EntityName, where: Where): Promise<number> {
    const key = JSON.stringify([entity, where.sql, where.params])
    const nowMs = this.#now()
    const kept = this.#kept.get(key)
    if (kept && Math.abs(nowMs - kept.atMs) < KEPT_MS) return kept.count
    const { rows } = await client.query(`select count(*) as count from ${entity} where ${where.sql}`, [...where.params])
    const { count } = countRow.parse(rows[0])
    this.#kept.delete(key)
    if (count >= KEPT_FROM_ROWS) this.#kept.set(key, { count, atMs: nowMs })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break
      this.#kept.delete(oldest)
    }
    return count
  }
}
