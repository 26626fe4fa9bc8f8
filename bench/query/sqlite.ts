import Database from 'better-sqlite3'
import { dayNumber } from '../../core/model/convert.ts'
import type { Row, Value } from '../../core/model/field.ts'
import { fold, sortKey } from '../../core/query/sort-key.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import { BENCH_TODAY, type BenchData } from './data.ts'
import type { ListAnswer } from './run.ts'
import { type Dialect, type Sql, toSql } from './to-sql.ts'

const ACCOUNT_COLUMNS = [
  'id',
  'type',
  'company',
  'company_key',
  'status',
  'priority',
  'next_action_date',
  'assigned_to',
  'deal_value',
  'country',
  'created_at',
  'updated_at',
  'found_by',
]
const CONTACT_COLUMNS = ['id', 'account_id', 'name', 'name_key', 'assigned_to']

/** For each benched query the best index that was found by trying; each also holds what its facets count. */
const INDEXES = [
  'accounts(company_key, company, id, type, status, priority, assigned_to)',
  'accounts(company_key, company, id, type, status, priority, assigned_to, found_by)',
  'accounts(created_at desc, id)',
  'accounts(status, company_key, company, id, type, priority, assigned_to)',
  'accounts(type, status, priority, company_key, company, id, assigned_to)',
  'accounts(type, priority, status, assigned_to)',
  'accounts(status, priority, type, assigned_to)',
  'accounts(assigned_to, updated_at desc, id, type, status, priority)',
  'accounts(assigned_to, type, status, priority, deal_value)',
  'accounts(priority)',
  'accounts(next_action_date, id, type, status, priority, assigned_to)',
  'accounts(deal_value desc, id, type, status, priority, assigned_to)',
  'accounts(type, status, country, id)',
  'contacts(account_id, assigned_to, name_key, name, id)',
  'contacts(name_key, name, id, account_id)',
]

const dialect: Dialect = {
  key: (column) => `${column}_key`,
  folded: (column) => column,
  contactHolds: '0',
  nullsAnywhere: false,
  search: (spec, word) =>
    spec.entity !== 'accounts'
      ? null
      : word.length < 3
        ? { text: 'instr(a.found_by, ?) > 0', values: [word] }
        : {
            text: 'a.rowid in (select rowid from found where found match ?)',
            values: [`"${word.replaceAll('"', '""')}"`],
          },
}

const day = (value: Value | undefined): Value => (typeof value === 'string' ? dayNumber(value) : (value ?? null))

/** The same lists in SQLite: in memory, indexed for these queries, trigrams for words, statistics gathered. */
export class SqliteLists {
  private readonly db = new Database(':memory:')

  constructor(data: BenchData) {
    const { db } = this
    db.pragma('journal_mode = off')
    db.pragma('temp_store = memory')
    db.exec(`create table accounts(${ACCOUNT_COLUMNS.join(',')}); create table contacts(${CONTACT_COLUMNS.join(',')})`)
    const insert = (
      table: string,
      columns: readonly string[],
      rows: Iterable<Row>,
      cells: (row: Row) => Value[],
    ): void => {
      const statement = db.prepare(`insert into ${table} values (${columns.map(() => '?').join(',')})`)
      db.transaction(() => {
        for (const row of rows) statement.run(cells(row))
      })()
    }
    const texts = new Map<string, string[]>()
    insert('contacts', CONTACT_COLUMNS, data.rows('contacts'), (row) => {
      const parent = String(row['account_id'])
      const held = texts.get(parent) ?? []
      held.push(fold(String(row['name'])), fold(String(row['email'] ?? '')))
      texts.set(parent, held)
      return [row.id, parent, String(row['name']), sortKey(String(row['name'])), row['assigned_to'] ?? null]
    })
    insert('accounts', ACCOUNT_COLUMNS, data.rows('accounts'), (row) => {
      const company = String(row['company'])
      const foundBy = [fold(company), ...(texts.get(row.id) ?? [])].join('\n')
      return ACCOUNT_COLUMNS.map((name) => {
        if (name === 'company_key') return sortKey(company)
        if (name === 'found_by') return foundBy
        return name === 'next_action_date' ? day(row[name]) : (row[name] ?? null)
      })
    })
    texts.clear()
    for (const [i, index] of INDEXES.entries()) db.exec(`create index i${i} on ${index}`)
    db.exec('create unique index accounts_id on accounts(id)')
    db.exec("create virtual table found using fts5(found_by, content='accounts', tokenize='trigram')")
    db.exec('insert into found(rowid, found_by) select rowid, found_by from accounts')
    db.exec('analyze')
  }

  /** Total, facets and windows of ids, each with a statement of its own. */
  answer(spec: ListSpec, starts: readonly number[], count: number): ListAnswer {
    const sql = toSql(spec, BENCH_TODAY, dialect)
    const facets = Object.entries(sql.facets).map(([name, facet]) => [
      name,
      Object.fromEntries(this.all<{ v: Value; n: number }>(facet).map(({ v, n }) => [String(v ?? ''), n])),
    ])
    return {
      total: this.all<{ n: number }>(sql.total)[0]?.n ?? 0,
      facets: Object.fromEntries(facets),
      windows: starts.map((start) => this.all<{ id: string }>(sql.window, [count, start]).map(({ id }) => id)),
    }
  }

  /** Count, sum and number of values of deal_value by status. */
  groups(spec: ListSpec): readonly { readonly v: string; readonly n: number; readonly s: number }[] {
    const { total } = toSql(spec, BENCH_TODAY, dialect)
    const text = total.text.replace('count(*) n', 'a.status v, count(*) n, sum(a.deal_value) s')
    return this.all({ text: `${text} group by a.status`, values: total.values })
  }

  close(): void {
    this.db.close()
  }

  private all<T>(sql: Sql, more: readonly number[] = []): T[] {
    return this.db.prepare(sql.text).all(...sql.values, ...more) as T[]
  }
}
