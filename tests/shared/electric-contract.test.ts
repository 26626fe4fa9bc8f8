import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ShapeEndpoint, startShapeEndpoint } from '../../server/embedded/shape/start.ts'
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

test('every transcript is replayed or listed as out of scope', () => {
  expect(existsSync(DIR)).toBe(true)
  const replayed = new Set(SCENARIOS.flatMap((scenario) => Object.keys(scenario.transcripts)))
  const files = readdirSync(DIR)
    .map((file) => path.parse(file))
    .filter(({ ext, name }) => ext === '.http' || /^\d/.test(name))
    .map(({ name }) => name)
  expect(files.filter((file) => !replayed.has(file) && !isOutOfScope(file))).toEqual([])
})
