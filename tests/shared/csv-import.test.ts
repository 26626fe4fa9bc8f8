import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ImportBench, openImportBench } from '../support/import-bench.ts'

const data = join(process.env['OUTPOST_SHARED'] ?? join(import.meta.dirname, '../../../shared'), 'data')
let bench: ImportBench

beforeEach(() => {
  bench = openImportBench()
})
afterEach(() => bench.close())

test('the SEC company list: every row becomes an account; by external id each company once', async () => {
  const request = { file: join(data, 'sec-companies.csv'), entity: 'accounts' as const, mapping: null }
  const preview = await bench.imports.preview(request)
  expect(preview).toMatchObject({
    delimiter: ',',
    mapping: { CIK: 'external_id', 'Company Name': 'company', Ticker: null, Exchange: null },
    missing: [],
  })
  expect(preview.rows).toHaveLength(20)
  expect(preview.rows[0]).toEqual({
    line: 2,
    values: { company: 'NVIDIA CORP', external_id: '1045810', type: 'customer', status: 'lead' },
    problem: null,
  })
  const once = await bench.imports.dryRun({ ...request, dedupe: ['external_id'] })
  expect(once.rows).toBe(10_069)
  expect(once.created + once.skipped).toBe(10_069)
  expect(once.skipped).toBeGreaterThan(0)
  const { job } = await bench.imports.start(request)
  expect(await bench.imports.ended(job)).toMatchObject({ state: 'done', created: 10_069, rejectedCount: 0 })
  const ids = new Set(bench.shown('accounts').map(({ external_id }) => external_id))
  expect(ids.size).toBe(once.created)
})

test('the S&P 500 list: company, city and CIK; commas inside quotes', async () => {
  const request = { file: join(data, 'sp500-constituents.csv'), entity: 'accounts' as const, mapping: null }
  const { mapping, rows } = await bench.imports.preview(request)
  expect(mapping).toMatchObject({
    Security: 'company',
    'Headquarters Location': 'city',
    CIK: 'external_id',
    Symbol: null,
  })
  expect(rows[0]?.values).toMatchObject({ company: '3M', city: 'Saint Paul, Minnesota', external_id: '66740' })
  const done = await bench.imports.dryRun(request)
  expect(done).toMatchObject({ state: 'done', rejectedCount: 0 })
  expect(done.created).toBeGreaterThan(490)
})
