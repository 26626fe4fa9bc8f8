import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../cli/run.ts'
import { type Backend, startBackend } from '../../server/embedded/backend.ts'
import { secureRandom, systemClock } from '../../workers/sync/system.ts'
import { ownThreads } from '../../workers/sync/threads.ts'
import { openTempRoot } from '../support/temp-root.ts'

const ROWS = 1_200
let root = ''
let backend: Backend
let db: pg.Client
let token = ''

beforeAll(async () => {
  root = openTempRoot()
  backend = await startBackend({ dataDir: join(root, 'backend'), accounts: 50, seed: 1, gatewayPort: 0, log: () => {} })
  db = new pg.Client({ connectionString: backend.postgresUrl })
  await db.connect()
  const manager = (await backend.members()).find(
    ({ role, workspaceId }) => role === 'manager' && workspaceId === backend.workspaceId,
  )
  token = await backend.tokenFor(manager?.id ?? '')
  mkdirSync(join(root, 'data'))
})
afterAll(async () => {
  await db.end()
  await backend.stop()
  rmSync(root, { recursive: true, force: true })
})

const cli = async (command: string, ...argv: readonly string[]): Promise<Record<string, unknown>> => {
  let printed = ''
  const where =
    command === 'sync' ? ['--gateway', backend.gatewayUrl, '--workspace', backend.workspaceId, '--once'] : []
  const code = await runCli([command, ...argv, ...where, '--data', join(root, 'data')], {
    env: { OUTPOST_TOKEN: token },
    clock: systemClock,
    random: secureRandom,
    fetch,
    threads: ownThreads,
    readStdin: async () => '',
    say: () => {},
    print: (text) => {
      printed += text
    },
    onInterrupt: () => {},
  })
  expect(code, printed).toBe(0)
  return JSON.parse(printed)
}

const imported = async (): Promise<readonly { company: string; deal_value: string; deleted: boolean }[]> => {
  const { rows } = await db.query(
    `select company, deal_value, deleted_at is not null as deleted from accounts
     where workspace_id = $1 and external_id like 'IMP-%' order by external_id`,
    [backend.workspaceId],
  )
  return rows
}

test('a file reaches Postgres exactly once, and one undo takes it all back there', async () => {
  const file = join(root, 'a.csv')
  const rows = Array.from({ length: ROWS }, (_, n) => `Company ${n},IMP-${String(n).padStart(5, '0')},"${n},50"`)
  writeFileSync(file, `Company,External id,Deal value\n${rows.join('\n')}\n`)
  await cli('sync')
  const { job, created } = await cli('import', file, '--mapping', 'auto', '--dedupe', 'external_id')
  expect(created).toBe(ROWS)
  await cli('sync')
  const there = await imported()
  expect(there).toHaveLength(ROWS)
  expect(there[7]).toEqual({ company: 'Company 7', deal_value: '750', deleted: false })
  const { rows: jobs } = await db.query('select state, created_rows, rejected_rows from import_jobs where id = $1', [
    job,
  ])
  expect(jobs).toEqual([{ state: 'done', created_rows: ROWS, rejected_rows: 0 }])

  expect(await cli('import', file, '--dedupe', 'external_id')).toMatchObject({ created: 0, skipped: ROWS })
  expect(await cli('import', '--undo', String(job))).toEqual({ cancelled: 0, reversed: ROWS })
  await cli('sync')
  expect((await imported()).filter(({ deleted }) => !deleted)).toEqual([])
  const { rows: after } = await db.query('select state from import_jobs where id = $1', [job])
  expect(after).toEqual([{ state: 'undone' }])
})
