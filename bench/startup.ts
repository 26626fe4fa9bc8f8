import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { launchStandIn } from '../hosts/launch.ts'
import { buildApp } from '../scripts/build.ts'
import { type Bench, median } from './bench.ts'
import { dressedApp } from './startup/dressed-app.ts'
import { spawnedAt } from './startup/spawned.ts'
import { type Seen, WATCH_CHANNEL } from './startup/watch.ts'
import { columnsStored } from './world/columns-stored.ts'
import { startServer, warmShape } from './world/server.ts'

const RUNS = 3
const LIMIT_MS = 300_000

/** Runs in the page: waits until what was watched is told. */
const seenIn = (channel: string): Promise<Seen> =>
  new Promise((resolve) => {
    new BroadcastChannel(channel).onmessage = ({ data }: MessageEvent<Seen>) => resolve(data)
  })

/** Milliseconds since the spawn of the sync process. */
interface Start {
  readonly firstRowsMs: number
  readonly readyMs: number
}

/**
 * A start over a replica that is up to date, after a clean stop: from the spawn of the sync process to the first rows on
 * screen, and to the list being answered from filled columns. First rows count from when the screen shows the ids that the
 * whole list turns out to begin with; other rows before them do not. Beside it the same app with another query worker, which
 * reads every column of every row from SQLite over the same line and sorts them one by one; `naive_transport_ms` is its
 * time until the last row had come.
 */
export const startup: Bench = async ({ rows, log }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'outpost-bench-'))
  await buildApp(log)
  const ours = await dressedApp('startup-ours', { pageScript: path.join(import.meta.dirname, 'startup/watch-page.ts') })
  const naive = await dressedApp('startup-naive', { worker: path.join(import.meta.dirname, 'startup/naive-worker.ts') })
  log(`the server and ${rows} accounts`)
  const server = await startServer(rows, true)
  await warmShape(server, 'accounts')
  const data = path.join(root, 'client')
  mkdirSync(data)
  const token = path.join(root, 'token')
  writeFileSync(token, server.token, { mode: 0o600 })
  const launch = (entry: string) =>
    launchStandIn({
      entry,
      args: ['--gateway', server.gatewayUrl, '--workspace', server.workspaceId, '--token-file', token, '--data', data],
      headless: true,
      viewport: { width: 1440, height: 900 },
    })
  const start = async (entry: string): Promise<Start> => {
    const app = await launch(entry)
    try {
      const seen = await app.page.evaluate(seenIn, WATCH_CHANNEL)
      const spawned = spawnedAt(app.process.pid ?? 0, 'sync.js')
      if (spawned === null) throw new Error('The spawn of the sync process cannot be told on this system.')
      return { firstRowsMs: seen.firstRowsAt - spawned, readyMs: seen.readyAt - spawned }
    } finally {
      await app.kill()
    }
  }
  const upToDate = (page: Page) =>
    page
      .locator('[data-testid="status-pill"][data-state-name="up_to_date"]')
      .waitFor({ state: 'attached', timeout: LIMIT_MS })
  try {
    const first = await launch(ours)
    await upToDate(first.page)
    await first.page
      .locator('[data-testid="list-total"][data-complete="true"]')
      .waitFor({ state: 'attached', timeout: LIMIT_MS })
    // The first load was just now: it is left idle until its columns are stored, as it would be within seconds of use.
    await columnsStored(data, rows)
    await first.close()
    const [starts, naives]: [Start[], Start[]] = [[], []]
    for (let run = 1; run <= RUNS; run++) {
      starts.push(await start(ours))
      naives.push(await start(naive))
      log(
        `run ${run}: first rows ${Math.round(starts.at(-1)?.firstRowsMs ?? 0)} ms, columns ${Math.round(starts.at(-1)?.readyMs ?? 0)} ms, naive ${Math.round(naives.at(-1)?.readyMs ?? 0)} ms`,
      )
    }
    const readyMs = median(starts.map((one) => one.readyMs))
    const naiveMs = median(naives.map((one) => one.readyMs))
    return {
      rows,
      first_rows_ms: median(starts.map((one) => one.firstRowsMs)),
      columns_ready_ms: readyMs,
      naive_ms: naiveMs,
      naive_transport_ms: median(naives.map((one) => one.firstRowsMs)),
      columns_ready_ratio_to_naive: readyMs / naiveMs,
    }
  } finally {
    await server.stop()
    rmSync(root, { recursive: true, force: true })
  }
}
