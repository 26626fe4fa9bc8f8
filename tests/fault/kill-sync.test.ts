import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import type { Verification } from '../../workers/sync/verify.ts'
import { answerOf, cliTarget, runCliProcess } from '../support/cli-process.ts'
import { openSyncWorld, type SyncWorld } from '../support/sync-client.ts'

const CRASH_CLI = path.join(import.meta.dirname, '../support/crash/cli.ts')
const RANDOM_KILLS = 50
const LONG_MS = 900_000

let world: SyncWorld
let root: string
let target: string[]
let env: NodeJS.ProcessEnv
let dirs = 0

const newDir = async (): Promise<void> => {
  const made = await cliTarget(world, path.join(root, String(dirs++)))
  target = made.args
  env = made.env
}

/** An account made in the outbox; it must reach the server once, whatever dies. */
const make = async (company: string): Promise<void> => {
  const create = JSON.stringify({ type: 'customer', status: 'lead', company })
  answerOf(await runCliProcess(['mutate', ...target.slice(-2), '--entity', 'accounts', '--create', create]))
}

const countOf = async (company: string): Promise<number> =>
  Number((await world.sql.query('select count(*) n from accounts where company = $1', [company])).rows[0].n)

const verified = async (): Promise<Verification> => answerOf(await runCliProcess(['verify', ...target], { env }))
const syncOnce = async (): Promise<unknown> => answerOf(await runCliProcess(['sync', '--once', ...target], { env }))

beforeAll(async () => {
  world = await openSyncWorld(300)
  root = mkdtempSync(path.join(tmpdir(), 'outpost-kill-'))
})
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await world.stop()
})

test(`R-2 W-1 cli sync killed at ${RANDOM_KILLS} random moments: no difference after the next run, no edit lost or doubled`, {
  timeout: LONG_MS,
}, async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`kill-sync seed ${seed}`)
  const random = seededRandom(seed)
  await newDir()
  const firstLoadMs = (await runCliProcess(['sync', '--once', ...target], { env })).ms
  const catchUpMs = (await runCliProcess(['sync', '--once', ...target], { env })).ms
  const made: string[] = []
  let killed = 0
  for (let round = 0; killed < RANDOM_KILLS && round < 4 * RANDOM_KILLS; round++) {
    // A fresh folder every fifth round: kills hit first loads as well as catch-ups with an edit to send.
    const fresh = round % 5 === 0
    if (fresh) await newDir()
    else {
      made.push(`Kill ${seed} ${round}`)
      await make(`Kill ${seed} ${round}`)
    }
    const afterMs = random() * (fresh ? firstLoadMs : catchUpMs)
    const result = await runCliProcess(['sync', '--once', ...target], {
      env,
      onStart: (child) => setTimeout(() => child.kill('SIGKILL'), afterMs),
    })
    if (result.signal === 'SIGKILL') killed++
    expect(await verified(), `seed ${seed} round ${round}`).toMatchObject({ differences: 0 })
    if (round % 5 === 4) await syncOnce()
  }
  await syncOnce()
  expect(killed, 'kills that came before the end').toBe(RANDOM_KILLS)
  for (const company of made) expect(await countOf(company), company).toBe(1)
})

for (const thread of ['main', 'replica'] as const)
  test(`R-2 W-1 cli sync killed after each commit of the ${thread} thread: no difference after the next run`, {
    timeout: LONG_MS,
  }, async () => {
    let commit = 0
    for (let died = true; died; ) {
      commit++
      const company = `Commit ${thread} ${commit}`
      await newDir()
      // The replica's commits are those of a first load; the outbox has an edit to send once there is a replica.
      if (thread === 'main') {
        await syncOnce()
        await make(company)
      }
      const crash = { env, entry: CRASH_CLI, before: [`${thread}:${commit}`] }
      const result = await runCliProcess(['sync', '--once', ...target], crash)
      died = result.signal === 'SIGKILL'
      if (!died) expect(result).toMatchObject({ code: 0 })
      if (thread === 'main') {
        await syncOnce()
        expect(await countOf(company), `after commit ${commit}`).toBe(1)
      }
      expect(await verified(), `after commit ${commit}`).toMatchObject({ differences: 0 })
    }
    console.log(`${thread}: ${commit - 1} commit points`)
    expect(commit).toBeGreaterThan(3)
  })
