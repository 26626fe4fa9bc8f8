import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from '../../cli/run.ts'
import { SessionMemory } from '../../workers/sync/session.ts'
import { secureRandom, systemClock } from '../../workers/sync/system.ts'
import { ownThreads } from '../../workers/sync/threads.ts'
import { ANA, BENCH_KEY, type ImportBench, openImportBench } from '../support/import-bench.ts'

let bench: ImportBench

beforeEach(() => {
  bench = openImportBench()
  writeFileSync(join(bench.dir, 'key'), BENCH_KEY, { mode: 0o600 })
  new SessionMemory(bench.outbox).put({
    workspace: { id: '01900000-0000-7000-8000-0000000000b1', name: 'W', currency: 'EUR', time_zone: 'UTC' },
    member: { id: ANA.id, user_id: 'ana', role: 'manager', display_name: ANA.name, email: ANA.email },
    counts: {
      workspaces: 1,
      workspace_members: 1,
      accounts: 0,
      contacts: 0,
      tasks: 0,
      meetings: 0,
      notes: 0,
      saved_views: 0,
      import_jobs: 0,
    },
  })
})
afterEach(() => bench.close())

/** Runs one command line beside the open bench; answers the exit code and the JSON document. */
const cli = async (...argv: readonly string[]): Promise<{ readonly code: number; readonly answer: unknown }> => {
  let printed = ''
  const code = await runCli([...argv, '--data', bench.dir], {
    env: {},
    clock: systemClock,
    random: secureRandom,
    fetch: () => Promise.reject(new Error('an import asks no server')),
    threads: ownThreads,
    readStdin: async () => '',
    say: () => {},
    print: (text) => {
      printed += text
    },
    onInterrupt: () => {},
  })
  return { code, answer: JSON.parse(printed) }
}

const shownCompanies = (): readonly unknown[] => {
  bench.outbox.refresh()
  return bench.shown('accounts').map(({ company }) => company)
}

test('imports by header names, lists what it left out, and takes it all back', async () => {
  bench.serverRow('accounts', { id: '01900000-0000-7000-8000-000000000001', version: 1, company: 'Acme' })
  const file = bench.file('a.csv', 'Company,Value\nacme,1\nBee,"1,5"\n"C, Inc",x\n')
  const away = join(bench.dir, 'away.csv')
  const command = ['import', file, '--mapping', 'auto', '--dedupe', 'external_id,company', '--mode', 'create']
  const dry = await cli(...command, '--dry-run')
  expect(dry).toMatchObject({ code: 0, answer: { dryRun: true, job: null, created: 1, skipped: 1, rejected: 1 } })
  expect(shownCompanies()).toEqual(['Acme'])
  const done = await cli(...command, '--rejected', away)
  expect(done).toMatchObject({
    code: 0,
    answer: {
      state: 'done',
      mapping: { Company: 'company', Value: 'deal_value' },
      rows: 3,
      created: 1,
      skipped: 1,
      rejected: 1,
      rejectedRows: [{ line: 2 }, { line: 4, reason: 'Deal value is not an amount' }],
    },
  })
  expect(readFileSync(away, 'utf8')).toBe(
    '2,is there already: the same Company,acme,1\r\n4,Deal value is not an amount,"C, Inc",x\r\n',
  )
  expect(shownCompanies()).toEqual(['Acme', 'Bee'])
  const { job } = done.answer as { job: string }
  expect(await cli('import', '--undo', job)).toEqual({ code: 0, answer: { cancelled: 1, reversed: 0 } })
  expect(shownCompanies()).toEqual(['Acme'])
})

test('takes a mapping from a file', async () => {
  const file = bench.file('a.csv', 'X;Y\n1;Acme\n')
  const mapping = bench.file('mapping.json', JSON.stringify({ Y: 'company', X: 'external_id' }))
  expect(await cli('import', file, '--mapping', mapping)).toMatchObject({ code: 0, answer: { created: 1 } })
  expect(bench.outbox.refresh()).toBe(true)
  expect(bench.shown('accounts')).toMatchObject([{ company: 'Acme', external_id: '1' }])
})

test.each([
  [['--mode', 'upsert'], 'invalid_request', /upsert is not supported/],
  [['--mapping', '/nowhere.json'], 'file_unreadable', /mapping file/],
  [['--dedupe', 'city'], 'invalid_input', /external_id or company, not by "city"/],
  [['--entity', 'notes'], 'invalid_request', /accounts, contacts, tasks/],
])('%j is refused in words', async (options, errorCode, words) => {
  const file = bench.file('a.csv', 'Company\nAcme\n')
  expect(await cli('import', file, ...options)).toMatchObject({
    code: 1,
    answer: { error: { code: errorCode, message: expect.stringMatching(words) } },
  })
  expect(shownCompanies()).toEqual([])
})

test('a file that is not UTF-8 is refused with the place', async () => {
  const file = bench.file('a.csv', Buffer.from('Company\nCaf\xe9\n', 'latin1'))
  expect(await cli('import', file)).toMatchObject({
    code: 1,
    answer: { error: { code: 'not_utf8', context: { line: 2, offset: 11 } } },
  })
})
