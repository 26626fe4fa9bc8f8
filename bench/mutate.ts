import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import type { EditInput } from '../core/protocol/edit.ts'
import type { SyncConfig } from '../core/protocol/sync-process.ts'
import { type Bench, median } from './bench.ts'
import { percentile } from './figures.ts'
import { commitTimes, flushTimes } from './mutate/commits.ts'
import { typedEdits } from './mutate/edits.ts'
import { batchSizes, type CityEdit, direct, upload } from './mutate/upload.ts'
import { type BenchServer, startServer, warmShape } from './world/server.ts'
import { BENCH_KEY, type SyncProcess, startSync } from './world/sync-process.ts'

const COMMITS = 1_000
const UPLOADED = 5_000

/** Commits while whole first loads run, load after load until there are enough; the last client stays. */
const duringLoads = async (
  config: (run: number) => SyncConfig,
  log: (line: string) => void,
): Promise<{
  readonly times: readonly number[]
  readonly loads: number
  readonly sync: SyncProcess
  readonly edits: Iterator<EditInput>
}> => {
  const times: number[] = []
  for (let run = 0; ; run++) {
    const sync = await startSync(config(run))
    const edits = typedEdits()
    let loading = true
    const done = sync
      .until('status', ({ state }) => state === 'up_to_date')
      .then(() => {
        loading = false
      })
    const startedMs = performance.now()
    times.push(...(await commitTimes(sync, edits, () => loading)))
    await done
    log(`load ${run + 1}: ${Math.round(performance.now() - startedMs)} ms, ${times.length} commits so far`)
    if (times.length >= COMMITS) return { times, loads: run + 1, sync, edits }
    await sync.stop()
    rmSync(config(run).dataDir, { recursive: true, force: true })
  }
}

/** So that whatever is written next pays for whole pages in Postgres' log, and none is written beside it for what came before. */
const checkpoint = async (server: BenchServer): Promise<void> => {
  const client = new pg.Client({ connectionString: server.postgresUrl })
  await client.connect()
  await client.query('checkpoint')
  await client.end()
}

const cityEdits = async (server: BenchServer, count: number): Promise<readonly CityEdit[]> => {
  const client = new pg.Client({ connectionString: server.postgresUrl })
  await client.connect()
  const { rows } = await client.query<{ id: string; city: string | null }>(
    'select id, city from accounts where workspace_id = $1 and deleted_at is null order by random() limit $2',
    [server.workspaceId, count],
  )
  await client.end()
  return rows.map(({ id, city }, at) => ({ record_id: id, from: city, to: `City ${Date.now()} ${at}` }))
}

/**
 * Queued edits uploaded, and as many applied directly in the same batches, each way round once: whichever comes first to
 * some rows may find their pages cold in Postgres, and leaves them warm to the other.
 */
const uploads = async (server: BenchServer, sync: SyncProcess, log: (line: string) => void) => {
  const further = (edits: readonly CityEdit[]): readonly CityEdit[] =>
    edits.map(({ record_id, to }) => ({ record_id, from: to, to: `${to} again` }))
  const first = await cityEdits(server, UPLOADED)
  await checkpoint(server)
  const uploadCold = await upload(sync, server.token, first)
  const sizes = await batchSizes(server, uploadCold.ids)
  await checkpoint(server)
  const directWarmMs = await direct(server, further(first), sizes)
  const second = await cityEdits(server, UPLOADED)
  await checkpoint(server)
  const directColdMs = await direct(server, second, sizes)
  await checkpoint(server)
  const uploadWarm = await upload(sync, server.token, further(second))
  const told = { uploadCold: uploadCold.elapsedMs, directWarmMs, directColdMs, uploadWarm: uploadWarm.elapsedMs }
  for (const [what, ms] of Object.entries(told)) log(`${what}: ${Math.round(ms)} ms`)
  return {
    uploaded: uploadCold.ids.length + uploadWarm.ids.length,
    batches: sizes.length + (await batchSizes(server, uploadWarm.ids)).length,
    uploadMs: uploadCold.elapsedMs + uploadWarm.elapsedMs,
    directMs: directColdMs + directWarmMs,
  }
}

/**
 * What an edit costs: from the call to its answer over the sync process' port (the edit is on disk then), idle and while
 * a first load with its index builds runs; and how fast queued edits go up, beside what Postgres takes for them.
 */
export const mutate: Bench = async ({ rows, log }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'outpost-bench-'))
  log(`the server and ${rows} accounts`)
  const server = await startServer(rows, true, 'edited')
  try {
    await warmShape(server, 'accounts')
    const config = (run: number): SyncConfig => ({
      gateway: server.gatewayUrl,
      workspace: server.workspaceId,
      token: server.token,
      dataDir: path.join(root, `client-${run}`),
      databaseKey: BENCH_KEY,
      logPath: null,
    })
    const { times: loading, loads, sync, edits } = await duringLoads(config, log)
    const idle = await commitTimes(sync, edits, (made) => made < COMMITS)
    const flushes = await flushTimes(root, COMMITS)
    log('upload')
    const { uploaded, batches, uploadMs, directMs } = await uploads(server, sync, log)
    await sync.stop()
    return {
      rows,
      commits_idle: idle.length,
      commit_p50_ms_idle: median(idle),
      commit_p99_ms_idle: percentile(idle, 0.99),
      first_loads: loads,
      commits_during_load: loading.length,
      commit_p50_ms_during_load: median(loading),
      commit_p99_ms_during_load: percentile(loading, 0.99),
      commit_max_ms_during_load: Math.max(...loading),
      fsync_p50_ms: median(flushes),
      fsync_p99_ms: percentile(flushes, 0.99),
      uploaded,
      batches,
      upload_per_s: (uploaded / uploadMs) * 1_000,
      direct_per_s: (uploaded / directMs) * 1_000,
      upload_ratio_to_direct: directMs / uploadMs,
    }
  } finally {
    await server.stop()
    rmSync(root, { recursive: true, force: true })
  }
}
