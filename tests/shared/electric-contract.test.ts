import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ShapeEndpoint, startShapeEndpoint } from '../../server/embedded/shape/start.ts'
import { checkWhere } from '../../server/embedded/shape/where/compile.ts'
import { parseWhere } from '../../server/embedded/shape/where/parse.ts'
import { WhereError } from '../../server/embedded/shape/where/where-error.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'
import { openTempRoot } from '../support/temp-root.ts'
import { isOutOfScope } from './electric/out-of-scope.ts'
import { Stage } from './electric/replay.ts'
import { SCENARIOS, type Scenario } from './electric/scenarios.ts'
import { readTranscript } from './electric/transcript.ts'

const DIR = path.join(process.env['OUTPOST_SHARED'] ?? path.resolve('../shared'), 'electric', 'transcripts')
/** Instead of the recorded 20 s; the cursor's steps and the 10 s of out-of-bounds offsets shrink with it. */
const LIVE_TIMEOUT_MS = 1_500

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await withPostgres()
})
afterAll(async () => {
  await postgres?.stop()
})

async function openStage(scenario: Scenario): Promise<{ stage: Stage; close(): Promise<void> }> {
  const database = await postgres.createDatabase()
  for (const sql of scenario.setup) await database.query(sql)
  const storageDir = openTempRoot()
  const endpoint: ShapeEndpoint = await startShapeEndpoint({
    databaseUrl: database.url,
    storageDir,
    liveTimeoutMs: LIVE_TIMEOUT_MS,
    ...scenario.endpoint,
  })
  if (!scenario.atStart) await endpoint.ready()
  const close = async (): Promise<void> => {
    await endpoint.stop()
    await database.drop()
    rmSync(storageDir, { recursive: true, force: true })
  }
  return { stage: new Stage(database, endpoint), close }
}

describe.each(SCENARIOS)('$name', (scenario) => {
  let opened: Awaited<ReturnType<typeof openStage>>
  beforeAll(async () => {
    opened = await openStage(scenario)
  })
  afterAll(async () => {
    await opened?.close()
  })

  test.each(Object.entries(scenario.transcripts))('%s', async (file, steps) => {
    const exchanges = readTranscript(path.join(DIR, `${file}.http`))
    expect(exchanges.length).toBeGreaterThan(0)
    let early: Promise<void> | null = null
    for (const [index, exchange] of exchanges.entries()) {
      const number = index + 1
      if (isOutOfScope(file, number)) continue
      if (early) {
        await early
        early = null
        continue
      }
      const next = exchanges[index + 1]
      if (next && steps[number + 1]?.startBefore) early = (await opened.stage.begin(next, steps[number + 1])).compared
      const { compared } = await opened.stage.begin(exchange, steps[number])
      await compared.catch((error: Error) => {
        throw new Error(`${file}, exchange ${number} (${exchange.notes.join('; ')}): ${error.message}`, {
          cause: error,
        })
      })
    }
  })
})

/** `accounts` in the words of 34's clauses: column → base type. */
const TYPES = new Map(
  Object.entries({
    id: 'uuid',
    workspace_id: 'uuid',
    company: 'text',
    status: 'text',
    deal_value: 'numeric',
    tags: 'array',
    meta: 'jsonb',
    next_action_date: 'date',
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
    is_active: 'bool',
    score: 'int8',
  }),
)
const ACCEPTED = [
  "status = 'lead'",
  "status <> 'lead'",
  "status != 'lead'",
  'status IS NULL',
  'status IS NOT NULL',
  'is_active',
  'is_active = true',
  "status = 'a' OR company = 'b'",
  "status = 'a' AND (company = 'b' OR score = 1)",
  'status = company',
  `"status" = 'lead'`,
  "status = 'le''ad'",
  'score = 1.5',
  "score = '1'",
  "deal_value = '1.0'",
  'true',
  '1 = 1',
  "status = 'a' -- c",
]
/** Complaints that don't hang on what else a grammar has. */
const SAME_WORDS = /unknown (reference|or unsupported function (?!substring|similar))|was not provided|statement split/

test('34-where-support: only what is in our grammar is accepted, with the same words for the same mistakes', () => {
  const lines = readFileSync(path.join(DIR, '34-where-support.http'), 'utf8').split('\n').slice(1)
  const accepted: string[] = []
  for (const line of lines) {
    const [, clause = '', status = '', body = ''] = /^# (.*?)\s+(200|400|500) ?(.*)$/.exec(line) ?? []
    if (clause === '') continue
    let message = ''
    try {
      checkWhere(parseWhere(clause), TYPES, new Map())
      expect(status, clause).toBe('200')
      accepted.push(clause)
    } catch (error) {
      if (!(error instanceof WhereError)) throw error
      message = error.message
    }
    const recorded: string = status === '400' ? JSON.parse(body).errors.where[0] : ''
    if (SAME_WORDS.test(recorded) && !/[<>]/.test(clause)) expect(message, clause).toBe(recorded)
  }
  expect(accepted).toEqual(ACCEPTED)
})

test('every transcript is replayed or listed as out of scope', () => {
  expect(existsSync(DIR)).toBe(true)
  const replayed = new Set(['34-where-support', ...SCENARIOS.flatMap(({ transcripts }) => Object.keys(transcripts))])
  const files = readdirSync(DIR)
    .map((file) => path.parse(file))
    .filter(({ ext, name }) => ext === '.http' || /^\d/.test(name))
    .map(({ name }) => name)
  expect(files.filter((file) => !replayed.has(file) && !isOutOfScope(file))).toEqual([])
})
