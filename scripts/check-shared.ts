/**
 * `npm run check:shared`: the suites that need the recorded exchanges and real files of the shared folder beside this
 * repository (or at `OUTPOST_SHARED`). Fails with a clear message where the folder is not there.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { ensureBrowser } from './browser.ts'
import { buildApp } from './build.ts'
import { runVitest } from './vitest.ts'

const shared = path.resolve(process.env['OUTPOST_SHARED'] ?? path.join(import.meta.dirname, '../../shared'))
if (!existsSync(path.join(shared, 'electric'))) {
  console.error(`The shared folder is not at ${shared}. Set OUTPOST_SHARED to where it is.`)
  process.exit(2)
}
process.env['OUTPOST_SHARED'] = shared
await ensureBrowser()
await buildApp()
process.exitCode = await runVitest(['--project', 'shared', ...process.argv.slice(2)])
