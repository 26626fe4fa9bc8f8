import { expect, test } from 'vitest'
import { BENCH_TODAY, BenchData } from '../../bench/query/data.ts'
import { listRow, pieceOf } from '../../bench/query/feed.ts'
import { dayNumber } from '../../core/model/convert.ts'
import type { Row, Value } from '../../core/model/field.ts'
import { compareNullable } from '../../core/query/compare.ts'
import { requireField } from '../../core/query/condition.ts'
import { fold } from '../../core/query/sort-key.ts'
import type { ListSpec, SortKey, WhereItem } from '../../core/query/spec.ts'
import { createEngine } from '../../workers/query/engine.ts'

/** More rows than 16 bits number, so that dictionaries, cells and radix passes outgrow their small forms. */
const ROWS = 70_000

const engine = createEngine({ today: () => BENCH_TODAY })
const rows: Row[] = []
for (const row of new BenchData(ROWS, 3).rows('accounts'))
  rows.push({ ...row, assigned_to: `member ${rows.length % 66_000}`, city: `city ${rows.length}` })
for (let start = 0; start < ROWS; start += 8_192)
  engine.applyPiece(pieceOf('accounts', rows.slice(start, start + 8_192)))
while (engine.upkeep());

const spec = (where: WhereItem[], sort: SortKey[] = [], search = ''): ListSpec => ({
  entity: 'accounts',
  where,
  search,
  sort,
  facets: ['status'],
})

test.each([
  { field: 'company', dir: 'asc' },
  { field: 'created_at', dir: 'desc' },
  { field: 'deal_value', dir: 'asc' },
  { field: 'next_action_date', dir: 'desc' },
  { field: 'next_action', dir: 'asc' },
  { field: 'city', dir: 'desc' },
  { field: 'id', dir: 'asc' },
] as const)('70,000 rows by $field $dir', (key) => {
  const opened = engine.open(spec([], [key]))
  expect(opened.total).toBe(ROWS)
  const { kind } = requireField('accounts', key.field)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const listed = engine.idsBetween(opened.list, 0, ROWS).map((id) => byId.get(id) as Row)
  expect(new Set(listed).size).toBe(ROWS)
  const value = (row: Row): Value => {
    const held = row[key.field] ?? null
    return kind === 'day' && typeof held === 'string' ? dayNumber(held) : held
  }
  for (let i = 1; i < ROWS; i++) {
    const [a, b] = [listed[i - 1] as Row, listed[i] as Row]
    const order = compareNullable(kind, value(a), value(b), key.dir)
    if (order > 0 || (order === 0 && a.id > b.id)) throw new Error(`${value(a)} stands before ${value(b)} at ${i}`)
  }
})

test('enum columns with more values than 16 bits still filter and count', () => {
  const wanted = rows.filter((row) => row['assigned_to'] === 'member 65999' || row['assigned_to'] === 'member 7')
  const where: WhereItem[] = [{ field: 'assigned_to', op: 'in', value: ['member 7', 'member 65999', 'nobody'] }]
  const opened = engine.open(spec(where))
  expect(opened.total).toBe(wanted.length)
  expect(Object.values(opened.facets['status'] ?? {}).reduce((sum, n) => sum + n, 0)).toBe(wanted.length)
})

test('every length of word is found as by reading all texts, before and after rows changed', () => {
  const texts = (): readonly string[] => rows.map((row) => fold(String(row['company'])))
  const words = [
    'a',
    'ol',
    'sys',
    'syst',
    'systems',
    'holdings',
    'gmbh',
    'é',
    'br',
    '9',
    '17',
    'zzzz',
    'inc',
    'corporation',
  ]
  const check = (): void => {
    const all = texts()
    for (const word of words) {
      const found = engine.open(spec([], [], word))
      expect(found.total, word).toBe(all.filter((text) => text.includes(fold(word))).length)
      engine.close(found.list)
    }
  }
  check()
  for (let n = 0; n < ROWS; n += 11) rows[n] = { ...(rows[n] as Row), company: `Zzzz Systems ${n}` }
  const upserts = rows.filter((_, n) => n % 11 === 0).map((row) => listRow('accounts', row))
  engine.applyCommit({ t: 'commit', changes: [{ entity: 'accounts', upserts, removes: [] }] })
  check()
  while (engine.upkeep());
  check()
})
