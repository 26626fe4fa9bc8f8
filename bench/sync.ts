import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { z } from 'zod'
import { REPLICA_CACHE_KIB } from '../workers/sync/replica-cache.ts'
import { type Bench, median } from './bench.ts'
import type { BoundResult, boundOptions } from './sync/bound.ts'
import type { LoadResult, loadOptions } from './sync/first-load.ts'
import { runChild } from './world/child.ts'
import { startServer, warmShape } from './world/server.ts'

const RUNS = 3
const DATABASE_KEY = 'ab'.repeat(32)
const folder = path.join(import.meta.dirname, 'sync')

/**
 * The first load of a workspace that is nearly all accounts, against what SQLite alone would take for the same rows.
 * The server's shape is warm: one client has read it before. Both are the median of three, taken in turn.
 */
export const sync: Bench = async ({ rows, log }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'outpost-bench-'))
  log(`the server and ${rows} accounts`)
  const server = await startServer(rows, true)
  try {
    const bytes = await warmShape(server, 'accounts')
    const loads: LoadResult[] = []
    const bounds: BoundResult[] = []
    for (let run = 0; run < RUNS; run++) {
      const dataDir = path.join(root, `load-${run}`)
      const load: z.infer<typeof loadOptions> = {
        gateway: server.gatewayUrl,
        workspace: server.workspaceId,
        token: server.token,
        dataDir,
        databaseKey: DATABASE_KEY,
      }
      const loaded = await runChild<LoadResult>(path.join(folder, 'client-process.ts'), load)
      const bound: z.infer<typeof boundOptions> = {
        from: path.join(dataDir, 'replica.db'),
        to: path.join(root, `bound-${run}.db`),
        databaseKey: DATABASE_KEY,
        cacheKiB: REPLICA_CACHE_KIB,
      }
      const bounded = await runChild<BoundResult>(path.join(folder, 'bound-process.ts'), bound, [
        '--expose-gc',
        '--max-old-space-size=8000',
      ])
      log(
        `run ${run + 1}: ${Math.round(loaded.elapsedMs)} ms, bound ${Math.round(bounded.elapsedMs)} ms ` +
          `(insert ${Math.round(bounded.insertMs)}), ${bounded.rows} rows, ${Math.round(loaded.rssGrowthMb)} MB`,
      )
      loads.push(loaded)
      bounds.push(bounded)
      for (const file of [dataDir, bound.to, `${bound.to}-wal`, `${bound.to}-shm`])
        rmSync(file, { recursive: true, force: true })
    }
    const elapsedMs = median(loads.map((load) => load.elapsedMs))
    const boundMs = median(bounds.map((bound) => bound.elapsedMs))
    return {
      rows,
      body_mb: bytes / 1e6,
      elapsed_ms: elapsedMs,
      rows_per_s: (rows / elapsedMs) * 1_000,
      bound_ms: boundMs,
      bound_rows_per_s: (rows / boundMs) * 1_000,
      ratio_to_bound: boundMs / elapsedMs,
      rss_growth_mb: Math.max(...loads.map((load) => load.rssGrowthMb)),
    }
  } finally {
    await server.stop()
    rmSync(root, { recursive: true, force: true })
  }
}
