import { defineConfig } from 'vitest/config'

/**
 * One Vitest project per folder of `tests/`. `shared` needs data that only CI has (`check:shared`); `soak` takes longer than a
 * change can wait for (`npm run soak`).
 */
const project = (name: string, timeoutMs: number, parallel = true) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.{ts,tsx}`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism: parallel,
    maxWorkers: 2,
    pool: 'forks' as const,
    // A poll ends when what it waits for is there; how long a busy machine takes says nothing.
    expect: { poll: { timeout: 20_000 } },
  },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', 10_000),
      project('property', 60_000),
      project('migrations', 60_000),
      project('integration', 120_000),
      project('security', 120_000),
      project('fault', 180_000),
      project('e2e', 300_000, false),
      project('packaging', 180_000, false),
      project('soak', 1_800_000, false),
      project('shared', 600_000, false),
    ],
  },
})
