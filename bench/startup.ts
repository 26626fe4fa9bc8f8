import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { launchStandIn } from '../hosts/launch.ts'
import { buildApp } from '../scripts/build.ts'
import { type Bench, median } from './bench.ts'
import { naiveStart } from './startup/naive.ts'
import { spawnedAt } from './startup/spawned.ts'
import { startServer, warmShape } from './world/server.ts'
import { BENCH_KEY } from './world/sync-process.ts'

const RUNS = 3
const LIMIT_MS = 300_000

/** Runs in the page: looks every few milliseconds; epoch ms. */
const watch = (rows: number): Promise<{ readonly firstRowsAt: number; readonly readyAt: number }> =>
  new Promise((resolve) => {
    let firstRowsAt = 0
    const timer = setInterval(() => {
      if (firstRowsAt === 0 && document.querySelector('[data-testid="row"][data-id]')) firstRowsAt = Date.now()
      const text = document.querySelector('[data-testid="list-total"]')?.textContent ?? ''
      const loaded = Math.max(0, ...(text.match(/[\d.,]+/g) ?? []).map((count) => Number(count.replace(/\D/g, ''))))
      if (firstRowsAt === 0 || loaded < rows || text.includes('so far')) return
      clearInterval(timer)
      resolve({ firstRowsAt, readyAt: Date.now() })
    }, 2)
  })

/**
 * A start over a replica that is up to date: from the spawn of the sync process to the first rows on screen, and to the
 * query worker's columns being filled; beside reading every column over the same kind of line into a Node process and
 * sorting them one by one.
 */
export const startup: Bench = async ({ rows, log }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'outpost-bench-'))
  await buildApp(log)
  log(`the server and ${rows} accounts`)
  const server = await startServer(rows, true)
  await warmShape(server, 'accounts')
  const data = path.join(root, 'client')
  mkdirSync(data)
  const token = path.join(root, 'token')
  writeFileSync(token, server.token, { mode: 0o600 })
  const plain = {
    gateway: server.gatewayUrl,
    workspace: server.workspaceId,
    token: server.token,
    dataDir: path.join(root, 'naive'),
    databaseKey: BENCH_KEY,
    logPath: null,
  }
  const launch = () =>
    launchStandIn({
      entry: path.resolve(import.meta.dirname, '../out/main/index.js'),
      args: ['--gateway', server.gatewayUrl, '--workspace', server.workspaceId, '--token-file', token, '--data', data],
      headless: true,
      viewport: { width: 1440, height: 900 },
    })
  const upToDate = (page: Page) =>
    page
      .locator('[data-testid="status-pill"][data-state-name="up_to_date"]')
      .waitFor({ state: 'attached', timeout: LIMIT_MS })
  try {
    const first = await launch()
    await upToDate(first.page)
    await first.close()
    await naiveStart(plain)
    const [firstRows, ready, naiveMs, naiveReadMs]: [number[], number[], number[], number[]] = [[], [], [], []]
    for (let run = 0; run < RUNS; run++) {
      const app = await launch()
      try {
        const seen = await app.page.evaluate(watch, rows)
        const spawned = spawnedAt(app.process.pid ?? 0, 'sync.js')
        if (spawned === null) throw new Error('The spawn of the sync process cannot be told on this system.')
        firstRows.push(seen.firstRowsAt - spawned)
        ready.push(seen.readyAt - spawned)
      } finally {
        await app.kill()
      }
      const { readMs, sortedMs } = await naiveStart(plain)
      naiveMs.push(sortedMs)
      naiveReadMs.push(readMs)
      log(`run ${run + 1}: columns ${Math.round(ready.at(-1) ?? 0)} ms, naive ${Math.round(sortedMs)} ms`)
    }
    return {
      rows,
      first_rows_ms: median(firstRows),
      columns_ready_ms: median(ready),
      naive_ms: median(naiveMs),
      naive_transport_ms: median(naiveReadMs),
      columns_ready_ratio_to_naive: median(ready) / median(naiveMs),
    }
  } finally {
    await server.stop()
    rmSync(root, { recursive: true, force: true })
  }
}
