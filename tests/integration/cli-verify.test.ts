import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../db/sqlite/connection.ts'
import type { Verification } from '../../workers/sync/verify.ts'
import { answerOf, cliTarget, runCliProcess } from '../support/cli-process.ts'
import { openSyncWorld, type SyncWorld } from '../support/sync-client.ts'

let world: SyncWorld
let root: string
let args: string[]
let env: NodeJS.ProcessEnv
let data: string[]

beforeAll(async () => {
  world = await openSyncWorld(300)
  root = mkdtempSync(path.join(tmpdir(), 'outpost-cli-'))
  const target = await cliTarget(world, root)
  args = target.args
  env = target.env
  data = target.args.slice(-2)
  answerOf(await runCliProcess(['sync', '--once', ...args], { env }))
})
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await world.stop()
})

const alter = (work: (db: ReturnType<typeof openDatabase>) => void): void => {
  const key = readFileSync(path.join(root, 'key'), 'utf8').trim()
  const db = openDatabase({ path: path.join(root, 'replica.db'), key, durability: 'normal' })
  try {
    work(db)
  } finally {
    db.close()
  }
}

test('V-1 V-2 verify names exactly the altered, the removed and the added record; repair brings them back', async () => {
  const invented = '01900000-0000-7000-8000-00000000abcd'
  let altered = ''
  let removed = ''
  alter((db) => {
    const ids = db.prepare<[], { id: string }>('select id from contacts order by id limit 2').all()
    altered = ids[0]?.id ?? ''
    removed = ids[1]?.id ?? ''
    db.prepare(`update contacts set email = 'altered@example.com' where id = ?`).run(altered)
    db.prepare('delete from contacts where id = ?').run(removed)
    db.prepare(`insert into contacts (id, name, version) values (?, 'Invented', 1)`).run(invented)
  })
  const found = answerOf<Verification>(await runCliProcess(['verify', ...args], { env }))
  expect(found.differences).toBe(3)
  expect(found.entities).toEqual([{ entity: 'contacts', missing: [removed], extra: [invented], different: [altered] }])
  expect(answerOf(await runCliProcess(['verify', '--repair', ...args], { env }))).toMatchObject({
    differences: 0,
    repaired: 3,
  })
  expect(answerOf(await runCliProcess(['verify', ...args], { env }))).toMatchObject({ differences: 0 })
})

test('every command answers one JSON document, and an error with exit code 1', async () => {
  expect(answerOf(await runCliProcess(['status', ...data]))).toMatchObject({
    pending: 0,
    entities: { accounts: { complete: true } },
  })
  const unknown = await runCliProcess([
    'get',
    ...data,
    '--entity',
    'accounts',
    '--id',
    '01900000-0000-7000-8000-000000000000',
  ])
  expect(unknown.code).toBe(1)
  expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'not_found' } })
  const plain = await runCliProcess(
    ['sync', '--data', root, '--gateway', 'http://example.com', '--workspace', world.backend.workspaceId],
    { env },
  )
  expect(JSON.parse(plain.stdout)).toMatchObject({ error: { code: 'invalid_request' } })
  const expired = await runCliProcess(['sync', ...args], {
    env: { OUTPOST_TOKEN: await world.backend.tokenFor('admin', { expiresIn: '-1h' }) },
  })
  expect(JSON.parse(expired.stdout)).toMatchObject({ error: { code: 'signed_out' } })
})

test('mutate, outbox and query work beside the owner, which sends the edit', async () => {
  let watched = ''
  const watch = runCliProcess(['sync', '--watch', ...args], {
    env,
    onStart: (child) => {
      child.stderr?.on('data', (chunk) => {
        watched += chunk
      })
      stopWatch = () => child.kill('SIGTERM')
    },
  })
  await expect.poll(() => watched, { timeout: 20_000 }).toContain('up_to_date')
  const create = JSON.stringify({ type: 'customer', status: 'lead', company: 'Beside the owner' })
  answerOf(await runCliProcess(['mutate', ...data, '--entity', 'accounts', '--create', create]))
  const count = async () =>
    Number((await world.sql.query(`select count(*) n from accounts where company = 'Beside the owner'`)).rows[0].n)
  await expect.poll(count, { timeout: 20_000 }).toBe(1)
  const spec = path.join(root, 'spec.json')
  const { writeFileSync } = await import('node:fs')
  writeFileSync(spec, JSON.stringify({ entity: 'accounts', search: 'beside owner' }))
  expect(answerOf(await runCliProcess(['query', ...data, '--spec', spec]))).toMatchObject({
    total: 1,
    rows: [{ company: 'Beside the owner' }],
  })
  expect(answerOf(await runCliProcess(['outbox', ...data]))).toBeDefined()
  stopWatch()
  expect((await watch).code).toBe(0)
})
let stopWatch: () => void = () => {}
