import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { seededRandom } from '../core/random.ts'
import { launchStandIn } from '../hosts/launch.ts'
import { buildApp } from '../scripts/build.ts'
import { type Bench, median } from './bench.ts'
import { percentile } from './figures.ts'
import { bareKeyTimes } from './ui/bare-page.ts'
import { startReplay } from './ui/replay.ts'
import { keyTimes, scriptTimes, watchKeys } from './ui/watch.ts'
import { columnsStored } from './world/columns-stored.ts'
import { startServer, warmShape } from './world/server.ts'

/** A busy day's, 10,000 a second: 300,000 while more than a hundred keys are timed, 100,000 under the trace. */
const CHANGES = 400_000
/** The keys are timed so long, and no trace is taken: one of every process takes its own share of the cores. */
const TIMED_MS = 30_000
const IDLE_KEYS = 60
const WORDS = ['group', 'partners', 'capital', 'berlin', 'logistics', 'family', 'studio', 'systems']
const WORDS_A_TURN = 3
const KEY_PAUSE_MS = 120
const LOAD_LIMIT_MS = 600_000

/** Types, filters and scrolls as a person in a hurry would, for as long as `more` holds. */
const driveList = async (
  page: Page,
  more: (keys: number) => boolean,
): Promise<{ keys: number; flips: number; scrolls: number }> => {
  const random = seededRandom(11)
  const done = { keys: 0, flips: 0, scrolls: 0 }
  const search = page.getByTestId('search')
  for (let turn = 0; more(done.keys); turn++) {
    for (let word = turn * WORDS_A_TURN; word < (turn + 1) * WORDS_A_TURN; word++) {
      await search.click()
      for (const key of WORDS[word % WORDS.length] ?? '') {
        if (!more(done.keys)) return done
        await page.keyboard.type(key)
        done.keys++
        await pause(KEY_PAUSE_MS)
      }
      await search.fill('')
    }
    for (const wanted of ['status', 'priority']) {
      await page.getByTestId(`facet-${wanted}`).click()
      await page
        .getByRole('option')
        .nth(Math.floor(random() * 3))
        .click()
      await page.keyboard.press('Escape')
      done.flips++
    }
    await page.getByTestId('clear-filters').click()
    for (let n = 0; n < 5 && more(done.keys); n++) {
      await page.evaluate((share) => {
        const grid = document.querySelector('[role="grid"]')
        const scroller = [grid, ...(grid?.querySelectorAll('*') ?? [])].find(
          (e) => e && e.scrollHeight > e.clientHeight + 100,
        )
        scroller?.scrollTo({ top: share * scroller.scrollHeight })
      }, random())
      done.scrolls++
      await pause(80)
    }
  }
  return done
}

/**
 * The real window over a real list while 400,000 changed rows arrive at 10,000 a second from a recording, with Postgres
 * stopped: from a key to the list that answers it on screen (also with nothing arriving, and in a bare page: what this
 * machine's browser takes), and, traced in the last quarter, tasks of the page's own thread in which our script takes over
 * 50 ms of CPU time.
 */
export const ui: Bench = async ({ rows, log }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'outpost-bench-'))
  await buildApp(log)
  log(`the server and ${rows} accounts`)
  const server = await startServer(rows, true)
  await warmShape(server, 'accounts')
  const replay = await startReplay(server, CHANGES)
  const data = path.join(root, 'client')
  mkdirSync(data)
  const token = path.join(root, 'token')
  writeFileSync(token, server.token, { mode: 0o600 })
  const app = await launchStandIn({
    entry: path.resolve(import.meta.dirname, '../out/main/index.js'),
    args: ['--gateway', replay.url, '--workspace', server.workspaceId, '--token-file', token, '--data', data],
    headless: true,
    viewport: { width: 1440, height: 900 },
  })
  try {
    const { page } = app
    page.setDefaultTimeout(LOAD_LIMIT_MS)
    await page.locator('[data-testid="status-pill"][data-state-name="up_to_date"]').waitFor({ state: 'attached' })
    await page.getByTestId('nav-accounts').click()
    await page.getByTestId('view-all').click()
    await page.waitForFunction(
      (wanted) => Number(document.querySelector('[data-testid="list-total"]')?.getAttribute('data-total')) >= wanted,
      rows,
    )
    await page.getByTestId('row').first().waitFor()
    await columnsStored(data, rows)
    log('loaded; first without changes, then with the recording')
    await watchKeys(page)
    await driveList(page, (keys) => keys < IDLE_KEYS)
    const idle = await keyTimes(page)
    let playing = true
    const endTimed = performance.now() + TIMED_MS
    const played = replay.play().finally(() => {
      playing = false
    })
    await pause(500)
    const used = await driveList(page, () => playing && performance.now() < endTimed)
    const keys = await keyTimes(page)
    const browser = page.context().browser()
    await browser?.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'v8', '__metadata'] })
    await driveList(page, () => playing)
    const { elapsedMs } = await played
    const tasks = scriptTimes((await browser?.stopTracing()) ?? Buffer.from('{"traceEvents":[]}'))
    const bare = await bareKeyTimes(page, IDLE_KEYS, KEY_PAUSE_MS)
    return {
      rows,
      changed_rows: CHANGES,
      replay_ms: elapsedMs,
      ...used,
      bare_key_to_paint_p50_ms: median(bare),
      bare_key_to_paint_p95_ms: percentile(bare, 0.95),
      idle_key_to_paint_p50_ms: median(idle),
      idle_key_to_paint_p95_ms: percentile(idle, 0.95),
      keys_answered: keys.length,
      key_to_paint_p50_ms: median(keys),
      key_to_paint_p95_ms: percentile(keys, 0.95),
      key_to_paint_max_ms: Math.max(...keys),
      tasks: tasks.length,
      script_p99_ms: percentile(tasks, 0.99),
      longest_script_ms: tasks.reduce((most, task) => Math.max(most, task), 0),
      long_tasks_over_50ms: tasks.filter((task) => task > 50).length,
    }
  } finally {
    await app.kill()
    replay.close()
    rmSync(root, { recursive: true, force: true })
  }
}
