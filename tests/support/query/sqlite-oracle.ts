import Database from 'better-sqlite3'
import { toSql } from '../../../bench/query/to-sql.ts'
import { dayNumber, isoDay } from '../../../core/model/convert.ts'
import { fieldOf, listColumnsOf } from '../../../core/model/entities.ts'
import type { Row, Value } from '../../../core/model/field.ts'
import { FEED_ENTITIES, type FeedEntity } from '../../../core/protocol/query-port.ts'
import { queryField } from '../../../core/query/fields.ts'
import type { ReferenceAnswer } from '../../../core/query/reference.ts'
import { fold, sortKey } from '../../../core/query/sort-key.ts'
import type { ListSpec } from '../../../core/query/spec.ts'
import { TODAY } from './random-data.ts'

const DIALECT = {
  nullsAnywhere: true,
  key: (column: string) => `sort_key(${column})`,
  folded: (column: string) => `fold(${column})`,
  contactHolds:
    'exists (select 1 from contacts c where c.account_id = a.id and (instr(fold(c.name) || char(10) || coalesce(fold(c.email), char(10)), ?) > 0))',
}

const COUNTS = {
  contacts_count: '(select count(*) from contacts c where c.account_id = r.id)',
  open_tasks_count:
    "(select count(*) from tasks t where t.account_id = r.id and t.status not in ('done', 'cancelled'))",
  meetings_count: '(select count(*) from meetings m where m.account_id = r.id)',
}

/** A second opinion on list queries, by SQLite: its comparisons, joins and sums share no code with the engine. */
export class SqliteOracle {
  private readonly db = new Database(':memory:')

  constructor() {
    const text = (work: (value: string) => string) => (value: unknown) =>
      typeof value === 'string' ? work(value) : null
    this.db.function('sort_key', { deterministic: true }, text(sortKey))
    this.db.function('fold', { deterministic: true }, text(fold))
    for (const entity of FEED_ENTITIES) {
      const columns = listColumnsOf(entity).map((name) => (name === 'id' ? 'id primary key' : name))
      this.db.exec(`create table ${entity === 'accounts' ? 'account_rows' : entity}(${columns.join(',')})`)
    }
    const counts = Object.entries(COUNTS).map(([name, sql]) => `${sql} ${name}`)
    this.db.exec(`create view accounts as select r.*, ${counts.join(',')} from account_rows r`)
  }

  upsert(entity: FeedEntity, row: Row): void {
    const cells = listColumnsOf(entity).map((name): Value => {
      const value = row[name] ?? null
      return fieldOf(entity, name)?.kind === 'day' && typeof value === 'string' ? dayNumber(value) : value
    })
    const table = entity === 'accounts' ? 'account_rows' : entity
    this.db.prepare(`insert or replace into ${table} values (${cells.map(() => '?').join(',')})`).run(...cells)
  }

  remove(entity: FeedEntity, id: string): void {
    this.db.prepare(`delete from ${entity === 'accounts' ? 'account_rows' : entity} where id = ?`).run(id)
  }

  answer(spec: ListSpec): ReferenceAnswer {
    const sql = toSql(spec, TODAY, DIALECT)
    const all = <T>({ text, values }: { text: string; values: readonly Value[] }, ...more: number[]): T[] =>
      this.db.prepare(text).all(...values, ...more) as T[]
    const facets = Object.entries(sql.facets).map(([name, facet]) => {
      const isDay = queryField(spec.entity, name)?.kind === 'day'
      const counts: Record<string, number> = {}
      for (const { v, n } of all<{ v: Value; n: number }>(facet)) {
        const text = isDay && typeof v === 'number' ? isoDay(v) : String(v ?? '')
        counts[text] = (counts[text] ?? 0) + n
      }
      return [name, counts]
    })
    return {
      total: all<{ n: number }>(sql.total)[0]?.n ?? 0,
      facets: Object.fromEntries(facets),
      ids: all<{ id: string }>(sql.window, 1_000_000, 0).map(({ id }) => id),
    }
  }

  close(): void {
    this.db.close()
  }
}
