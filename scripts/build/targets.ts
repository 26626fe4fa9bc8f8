import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Something that is built by itself: its entries by output name, and the folders whose files it is made of. */
export type Target = {
  name: string
  kind: 'node' | 'preload' | 'renderer'
  entries: Readonly<Record<string, string>>
  sources: readonly string[]
  output: string
}

/** What of a bundle is not bundled: the host brings `electron`, and a native module stays a package. */
export const external = ['electron', 'better-sqlite3']

/** The app's bundles. Threads lie beside the process that starts them, so that it finds them by `import.meta.url`. */
export const targets: readonly Target[] = [
  {
    name: 'main',
    kind: 'node',
    entries: {
      index: 'main/index.ts',
      sync: 'workers/sync/process.ts',
      replica: 'workers/sync/replica-thread.ts',
      reader: 'workers/sync/reader-thread.ts',
      csv: 'workers/csv/thread.ts',
    },
    sources: ['core', 'db/sqlite', 'main', 'workers/sync', 'workers/csv'],
    output: 'out/main',
  },
  {
    name: 'preload',
    kind: 'preload',
    entries: { index: 'main/preload/index.ts' },
    sources: ['core', 'main/preload'],
    output: 'out/preload',
  },
  {
    name: 'renderer',
    kind: 'renderer',
    entries: { index: 'renderer/index.html' },
    sources: ['core', 'renderer', 'workers/query'],
    output: 'out/renderer',
  },
]

/** Files that every bundle depends on. */
export const toolFiles = ['package-lock.json', 'scripts/build.ts', 'scripts/build'].map((path) => join(root, path))
