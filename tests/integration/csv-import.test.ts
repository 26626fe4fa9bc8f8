import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ImportEntity } from '../../core/csv/synonyms.ts'
import { rowId } from '../../workers/sync/import/row-id.ts'
import { ANA, type ImportBench, openImportBench } from '../support/import-bench.ts'

let bench: ImportBench

beforeEach(() => {
  bench = openImportBench()
})
afterEach(() => bench.close())

const accounts = (
  file: string,
  more: { readonly dedupe?: readonly string[]; readonly entity?: ImportEntity } = {},
) => ({
  file,
  entity: more.entity ?? 'accounts',
  mapping: null,
  ...(more.dedupe ? { dedupe: more.dedupe } : {}),
})

const importAll = async (request: Parameters<typeof bench.imports.start>[0]) => {
  const { job } = await bench.imports.start(request)
  return await bench.imports.ended(job)
}

const lines = (...rows: readonly string[]): string => `${rows.join('\r\n')}\r\n`

describe('preview', () => {
  test('shows mapping and rows as they would be stored, and writes nothing', async () => {
    const file = bench.file(
      'clients.csv',
      `\ufeff${lines('Firm;Deal value;Owner;Next step date;Comment', '"Café ""Zur Post""";1.234,50 €;ana@example.com;3/4/2026;x', ';1;;13/4/2026;')}`,
    )
    const preview = await bench.imports.preview(accounts(file))
    expect(preview).toMatchObject({
      fileName: 'clients.csv',
      delimiter: ';',
      headers: ['Firm', 'Deal value', 'Owner', 'Next step date', 'Comment'],
      mapping: {
        Firm: 'company',
        'Deal value': 'deal_value',
        Owner: 'assigned_to',
        'Next step date': 'next_action_date',
        Comment: null,
      },
      missing: [],
      rows: [
        {
          line: 2,
          problem: null,
          values: {
            company: 'Café "Zur Post"',
            deal_value: 123450,
            assigned_to: ANA.id,
            next_action_date: '2026-04-03',
            type: 'customer',
            status: 'lead',
          },
        },
        { line: 3, problem: 'Company must not be empty' },
      ],
    })
    expect(bench.shown('accounts')).toEqual([])
    expect(bench.shown('import_jobs')).toEqual([])
  })

  test('names what is not mapped and must be', async () => {
    const file = bench.file('a.csv', lines('Foo,City', 'x,Graz'))
    expect(await bench.imports.preview(accounts(file))).toMatchObject({ missing: ['company'] })
    await expect(bench.imports.start(accounts(file))).rejects.toMatchObject({ error: { code: 'invalid_input' } })
  })

  test('finds the accounts of contacts, or says that they are not there', async () => {
    bench.serverRow('accounts', { id: '01900000-0000-7000-8000-000000000001', version: 1, company: 'Acme' })
    const file = bench.file('people.csv', lines('First name,Last name,Company', 'Bo,Li,ACME', 'Al,No,Nowhere'))
    const { rows } = await bench.imports.preview(accounts(file, { entity: 'contacts' }))
    expect(rows).toMatchObject([
      { values: { name: 'Bo Li' }, problem: null },
      { values: { name: 'Al No' }, problem: 'Account is not in the workspace' },
    ])
  })
})

describe('what is not UTF-8 CSV is refused before anything is written', () => {
  test.each([
    [
      'Latin-1',
      Buffer.from('Company\nAcme\nCaf\xe9\n', 'latin1'),
      { code: 'not_utf8', context: { line: 3, offset: 16 } },
    ],
    ['UTF-16', Buffer.from('\ufeffCompany\nAcme\n', 'utf16le'), { code: 'not_utf8', context: { line: 1, offset: 0 } }],
    ['UTF-16 without a mark', Buffer.from('Company\nAcme\n', 'utf16le'), { code: 'not_utf8' }],
    [
      'a character cut off at the end',
      Buffer.from([0x61, 0x0a, 0xe2, 0x82]),
      { code: 'not_utf8', context: { line: 2, offset: 2 } },
    ],
    ['a workbook', Buffer.from('PK\u0003\u0004rest'), { code: 'not_csv' }],
    ['an empty file', Buffer.alloc(0), { code: 'not_csv', message: 'The file is empty.' }],
    ['a mark alone', Buffer.from('\ufeff'), { code: 'not_csv', message: 'The file holds no rows.' }],
    ['a quote never closed', Buffer.from('Company\nAcme\n"Be'), { code: 'not_csv' }],
  ])('%s', async (_, contents, error) => {
    const file = bench.file('bad.csv', contents)
    await expect(
      bench.imports.preview(accounts(file)).then(() => bench.imports.start(accounts(file))),
    ).rejects.toMatchObject({ error })
    await expect(bench.imports.start(accounts(file))).rejects.toMatchObject({ error })
    expect(bench.outbox.memory.count('queued')).toBe(0)
  })

  test('an invalid byte behind the first megabyte, across the edge of a chunk', async () => {
    const good = `Company\n${'ä€𝄞,'.repeat(120_000)}\n`
    const contents = Buffer.concat([Buffer.from(good), Buffer.from([0xf0, 0x9d]), Buffer.from('\nx\n')])
    const offset = Buffer.byteLength(good)
    await expect(bench.imports.preview(accounts(bench.file('big.csv', contents)))).rejects.toMatchObject({
      error: { code: 'not_utf8', context: { line: 3, offset } },
    })
  })

  test('a file that is not there', async () => {
    await expect(bench.imports.preview(accounts('/nowhere/x.csv'))).rejects.toMatchObject({
      error: { code: 'file_unreadable', message: 'The file is not there any more.' },
    })
  })
})

describe('import', () => {
  test('good rows become creates of one group, bad ones are listed with line, reason and cells', async () => {
    const file = bench.file(
      'a.csv',
      lines('Company,Deal value,City', 'Acme,12.50,"Graz', 'Austria"', 'Bad,lots,Linz', '', 'Bee,7,', 'Long,1,a,b'),
    )
    const done = await importAll(accounts(file))
    expect(done).toMatchObject({
      state: 'done',
      rows: 4,
      created: 2,
      rejectedCount: 2,
      skipped: 0,
      error: null,
      rejected: [
        { line: 4, reason: 'Deal value is not an amount', cells: ['Bad', 'lots', 'Linz'] },
        { line: 7, reason: 'has 4 cells where the header has 3', cells: ['Long', '1', 'a', 'b'] },
      ],
    })
    expect(bench.rejected).toEqual(done.rejected)
    expect(bench.shown('accounts')).toMatchObject([
      { company: 'Acme', deal_value: 1250, city: 'Graz\r\nAustria', type: 'customer', status: 'lead' },
      { company: 'Bee', deal_value: 700, city: null },
    ])
    expect(bench.shown('import_jobs')).toMatchObject([
      { id: done.job, state: 'done', total_rows: 4, created_rows: 2, rejected_rows: 2, created_by: ANA.id },
    ])
    expect(bench.outbox.store.group(done.job)).toHaveLength(2)
    expect(await bench.imports.list()).toMatchObject([{ job: done.job, state: 'done', created: 2 }])
  })

  test('rows that are there already are skipped, in the workspace and in the file', async () => {
    bench.serverRow('accounts', {
      id: '01900000-0000-7000-8000-000000000001',
      version: 1,
      company: 'Acme',
      external_id: '7',
    })
    await importAll(accounts(bench.file('first.csv', lines('Company', 'Pending'))))
    const file = bench.file(
      'a.csv',
      lines('Company,External id', 'ACMÉ,1', 'Other,7', 'pending,', 'New,9', 'new,', 'Free,'),
    )
    const done = await importAll(accounts(file, { dedupe: ['external_id', 'company'] }))
    expect(done).toMatchObject({
      created: 2,
      skipped: 4,
      rejectedCount: 4,
      rejected: [
        { line: 2, reason: 'is there already: the same Company' },
        { line: 3, reason: 'is there already: the same External id' },
        { line: 4, reason: 'is there already: the same Company' },
        { line: 6, reason: 'is there already: the same Company' },
      ],
    })
    expect(await bench.imports.dryRun(accounts(file, { dedupe: ['company'] }))).toMatchObject({
      created: 1,
      skipped: 5,
    })
  })

  test('contacts find their accounts by external id or name, pending ones too', async () => {
    bench.serverRow('accounts', { id: '01900000-0000-7000-8000-000000000001', version: 1, company: 'Twin' })
    bench.serverRow('accounts', {
      id: '01900000-0000-7000-8000-000000000002',
      version: 1,
      company: 'Twin',
      external_id: 'T2',
    })
    await importAll(accounts(bench.file('acc.csv', lines('Company', 'Fresh'))))
    const file = bench.file('people.csv', lines('Name,Account', 'Bo,t2', 'Li,fresh', 'Al,Twin', 'No,None'))
    const done = await importAll(accounts(file, { entity: 'contacts' }))
    expect(done).toMatchObject({
      created: 2,
      rejected: [
        { line: 4, reason: 'Account is the name of several accounts: give the external id' },
        { line: 5, reason: 'Account is not in the workspace' },
      ],
    })
    const fresh = bench.shown('accounts').find(({ company }) => company === 'Fresh')
    expect(bench.shown('contacts')).toMatchObject([
      { name: 'Bo', account_id: '01900000-0000-7000-8000-000000000002' },
      { name: 'Li', account_id: fresh?.id },
    ])
    const [, child] = bench.outbox.store.group(done.job)
    expect(bench.outbox.memory.get(child ?? '')?.after, 'the contact waits for its account').toHaveLength(1)
  })

  test('a dry run writes nothing', async () => {
    const done = await bench.imports.dryRun(accounts(bench.file('a.csv', lines('Company', 'Acme', '" "'))))
    expect(done).toMatchObject({ state: 'done', rows: 2, created: 1, rejectedCount: 1 })
    expect(bench.outbox.memory.count('queued')).toBe(0)
  })

  test('dedupe by a field that cannot tell records apart is refused', async () => {
    const file = bench.file('a.csv', lines('Company', 'Acme'))
    await expect(bench.imports.start(accounts(file, { dedupe: ['city'] }))).rejects.toMatchObject({
      error: { code: 'invalid_input', context: { field: 'city' } },
    })
  })
})

const many = (count: number): string =>
  lines(
    'Company,External id,Deal value',
    ...Array.from({ length: count }, (_, index) => `Company ${index},E${index},${index}.25`),
  )

describe('one undo for the whole', () => {
  test('unsent rows are cancelled, sent ones deleted', async () => {
    const done = await importAll(accounts(bench.file('a.csv', many(2_500))))
    const { batch } = bench.outbox.take(500)
    const sent = batch.filter(({ edit }) => edit.entity === 'accounts')
    bench.outbox.verdicts(
      batch,
      batch.map(({ edit }) => ({
        id: edit.id,
        status: 'accepted' as const,
        txid: 1,
        version: 1,
        in_shard: true,
        duplicate: false,
      })),
      0,
    )
    expect(await bench.imports.undo(done.job)).toEqual({ cancelled: 2_500 - sent.length, reversed: sent.length })
    expect(bench.shown('accounts')).toEqual([])
    expect(bench.shown('import_jobs')).toMatchObject([{ id: done.job, state: 'undone' }])
    expect(bench.progress.at(-1)).toMatchObject({ state: 'undone' })
    expect(await bench.imports.undo(done.job), 'twice does nothing').toEqual({ cancelled: 0, reversed: 0 })
  })

  test('an old import whose receipts are gone is undone by the ids that it gave', async () => {
    const done = await importAll(accounts(bench.file('a.csv', many(3))))
    const ids = [0, 1, 2].map((number) => rowId(done.job, number))
    const edits = bench.outbox.store.group(done.job)
    await bench.outbox.take(500)
    const job = bench.shown('import_jobs')[0]
    // As the server would have it weeks later: rows in the replica, nothing left in the outbox.
    for (const open of [...bench.outbox.memory.all()])
      bench.outbox.write(() => {
        const accepted = bench.outbox.move({ ...open, state: 'sending' }, 'accept')
        if (accepted) bench.outbox.move(accepted, 'settle')
      })
    bench.outbox.store.prune(Number.MAX_SAFE_INTEGER)
    if (job) bench.serverRow('import_jobs', job)
    for (const id of ids.slice(0, 2)) bench.serverRow('accounts', { id, version: 1, company: 'x' })
    expect(edits).toHaveLength(3)
    expect(await bench.imports.undo(done.job)).toEqual({ cancelled: 0, reversed: 2 })
    expect(bench.shown('accounts')).toEqual([])
  })
})

describe('what runs can be stopped', () => {
  test('cancel keeps what was made, which can be undone', async () => {
    const { job } = await bench.imports.start(accounts(bench.file('a.csv', many(20_000))))
    while (!bench.progress.some(({ created }) => created > 0)) await setImmediate()
    await bench.imports.cancel(job)
    const done = await bench.imports.ended(job)
    expect(done.state).toBe('cancelled')
    expect(done.created).toBeGreaterThan(0)
    expect(done.created).toBeLessThan(20_000)
    expect(bench.shown('accounts')).toHaveLength(done.created)
    expect(await bench.imports.undo(job)).toEqual({ cancelled: done.created, reversed: 0 })
    expect(bench.shown('accounts')).toEqual([])
  })

  test('cut off by a crash, it is found at the next start as a cancelled one, and undone whole', async () => {
    const { job } = await bench.imports.start(accounts(bench.file('a.csv', many(5_000))))
    while (!bench.progress.some(({ created }) => created > 0)) await setImmediate()
    const crashed = mkdtempSync(join(tmpdir(), 'outpost-crashed-'))
    cpSync(bench.dir, crashed, { recursive: true })
    await bench.imports.ended(job)
    const again = openImportBench(crashed)
    try {
      expect(again.shown('import_jobs')).toMatchObject([{ id: job, state: 'running' }])
      await again.imports.recover()
      const made = again.shown('accounts').length
      expect(made % 1_000, 'a chunk is whole or not there').toBe(0)
      expect(made).toBeGreaterThan(0)
      expect(made).toBeLessThan(5_000)
      expect(again.shown('import_jobs')).toMatchObject([{ id: job, state: 'cancelled', created_rows: made }])
      expect(await again.imports.undo(job)).toEqual({ cancelled: made, reversed: 0 })
      expect(again.shown('accounts')).toEqual([])
      expect(again.shown('import_jobs')).toMatchObject([{ id: job, state: 'undone' }])
    } finally {
      await again.close()
    }
  })

  test('a file that changes under way ends the import, and says so', async () => {
    const file = bench.file('a.csv', many(20_000))
    const { job } = await bench.imports.start(accounts(file))
    bench.file('a.csv', many(2))
    expect(await bench.imports.ended(job)).toMatchObject({
      state: 'failed',
      error: { code: 'file_unreadable', message: 'The file was changed while it was being read.' },
    })
    expect(bench.shown('import_jobs')).toMatchObject([{ state: 'cancelled' }])
  })
})

test('50,000 rows: the event loop keeps turning', async () => {
  const file = bench.file('a.csv', many(50_000))
  const { job } = await bench.imports.start(accounts(file))
  let turns = 0
  let worstMs = 0
  let last = performance.now()
  const beat = (): void => {
    turns++
    worstMs = Math.max(worstMs, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(beat, 5)
  const done = await bench.imports.ended(job)
  beat()
  clearInterval(timer)
  expect(done).toMatchObject({ state: 'done', created: 50_000, rejectedCount: 0 })
  expect(turns).toBeGreaterThan(25)
  expect(worstMs).toBeLessThan(1_000)
  expect(new Set(bench.shown('accounts').map(({ external_id }) => external_id)).size).toBe(50_000)
  console.log(`50,000 rows: longest pause ${worstMs.toFixed(0)} ms in ${turns} turns`)
  const startedMs = performance.now()
  expect(await bench.imports.undo(job)).toEqual({ cancelled: 50_000, reversed: 0 })
  console.log(`undone in ${(performance.now() - startedMs).toFixed(0)} ms`)
  expect(bench.shown('accounts')).toEqual([])
})

test('the id of a row is a UUIDv7 of the job, the same each time', () => {
  const job = '01900000-0000-7000-8000-000000000001'
  expect(rowId(job, 0)).toMatch(/^01900000-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(rowId(job, 0)).toBe(rowId(job, 0))
  expect(new Set(Array.from({ length: 10_000 }, (_, number) => rowId(job, number))).size).toBe(10_000)
})
