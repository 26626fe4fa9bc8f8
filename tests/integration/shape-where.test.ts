import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkWhere } from '../../server/embedded/shape/where/compile.ts'
import { parseWhere } from '../../server/embedded/shape/where/parse.ts'
import { printWhere } from '../../server/embedded/shape/where/print.ts'
import { type TestDatabase, type TestPostgres, withPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let database: TestDatabase
let rows: (string | null)[][]

/** Columns of every comparable type, with values that are equal in more than one spelling. */
const VALUES = {
  t: ['', 'a', 'A', "it's", 'back\\slash', ' a '],
  vc: ['a', 'a ', 'b'],
  ch: ['a', 'b'],
  u: [
    'aaaaaaaa-0000-4000-8000-000000000001',
    'AAAAAAAA-0000-4000-8000-000000000001',
    'bbbbbbbb-0000-4000-8000-000000000001',
  ],
  b: ['t', 'false', 'yes'],
  d: ['2026-01-31', 'infinity'],
  i: ['0', '1', '-7'],
  l: ['9007199254740993', '1'],
  n: ['1', '1.0', '1.10', '0.00', '-1', '1e3', 'NaN'],
} as const
type Column = keyof typeof VALUES
const COLUMNS = Object.keys(VALUES) as Column[]
const TYPES = new Map<string, string>(
  Object.entries({
    t: 'text',
    vc: 'varchar',
    ch: 'bpchar',
    u: 'uuid',
    b: 'bool',
    d: 'date',
    i: 'int4',
    l: 'int8',
    n: 'numeric',
  }),
)

beforeAll(async () => {
  postgres = await withPostgres()
  database = await postgres.createDatabase()
  await database.query(
    `create table r (t text, vc varchar(9), ch char(3), u uuid, b bool, d date, i int, l int8, n numeric)`,
  )
  const literal = (value: string): string => `('${value.replaceAll("'", "''")}')`
  for (const column of COLUMNS)
    await database.query(
      `create table v_${column} as select nullif(x, 'none') x from (values ${VALUES[column].map(literal).join(',')}, ('none')) q(x)`,
    )
  const pick = (column: Column, type: string): string =>
    `(select x from v_${column} where g is not null order by md5(x || g || '${column}') limit 1)::${type}`
  await database.query(`insert into r select ${pick('t', 'text')}, ${pick('vc', 'varchar')}, ${pick('ch', 'char(3)')}, ${pick('u', 'uuid')},
    case when g % 3 = 0 then null else ${pick('b', 'bool')} end, ${pick('d', 'date')}, case when g % 4 = 0 then null else ${pick('i', 'int')} end,
    ${pick('l', 'int8')}, case when g % 5 = 0 then null else ${pick('n', 'numeric')} end from generate_series(1, 150) g`)
  await database.query(`update r set t = null where i = 0; update r set u = null where l = 1 and i = 1`)
  const texts = COLUMNS.map((column) =>
    column === 'b'
      ? `case b when true then 't' when false then 'f' end`
      : column === 'ch'
        ? `rpad(ch::text, 3)`
        : `"${column}"::text`,
  )
  const result = await database.pool.query<(string | null)[]>({
    text: `select ${texts.join(', ')} from r order by ctid`,
    rowMode: 'array',
  })
  rows = result.rows
})
afterAll(async () => {
  await postgres?.stop()
})

const comparison = fc.constantFrom(...COLUMNS).chain((column) =>
  fc
    .tuple(fc.constantFrom('=', '<>', '!='), fc.constantFrom(...VALUES[column]), fc.boolean())
    .map(([operator, value, swap]) => {
      const literal = `'${value.replaceAll("'", "''")}'`
      return swap ? `${literal} ${operator} "${column}"` : `${column} ${operator} ${literal}`
    }),
)
const leaf = fc.oneof(
  { weight: 6, arbitrary: comparison },
  fc
    .tuple(fc.constantFrom(...COLUMNS), fc.constantFrom('is null', 'IS NOT NULL'))
    .map(([column, test]) => `${column} ${test}`),
  fc.constantFrom(
    'b',
    'true',
    'false',
    'i = l',
    'i <> n',
    't = vc',
    'l = 1.0',
    'n = -1',
    'i = null',
    '1 = 1',
    "'a' <> 'b'",
    'b = true',
  ),
)
const clause: fc.Arbitrary<string> = fc.letrec<{ clause: string }>((tie) => ({
  clause: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('clause'), fc.constantFrom('and', 'AND', 'or'), tie('clause'), fc.boolean())
      .map(([left, word, right, wrap]) => (wrap ? `(${left} ${word} ${right})` : `${left} ${word} ${right}`)),
  ),
})).clause

test('a clause picks the same rows here and in Postgres, and survives being printed', async () => {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31))
  let picked = 0
  await fc.assert(
    fc.asyncProperty(clause, async (source) => {
      const where = parseWhere(source)
      expect(parseWhere(printWhere(where))).toEqual(parseWhere(printWhere(parseWhere(printWhere(where)))))
      const checked = checkWhere(where, TYPES, new Map())
      const matches = checked.bind((column) => COLUMNS.indexOf(column as Column))
      const mine = rows.map((row) => matches(row) === true)
      const asked = await database.query<{ hit: boolean | null; own: boolean | null }>(
        `select (${source}) hit, (${checked.sql}) own from r order by ctid`,
      )
      expect(mine).toEqual(asked.map(({ hit }) => hit === true))
      expect(asked.map(({ own }) => own)).toEqual(asked.map(({ hit }) => hit))
      picked += mine.filter(Boolean).length
    }),
    { seed, numRuns: 400 },
  )
  expect(picked).toBeGreaterThan(1000)
})
