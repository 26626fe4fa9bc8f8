/**
 * `npm test`: every suite that needs nothing but this repository. Finds (or on Debian as root installs) a browser,
 * builds the app, then runs all Vitest projects except `shared` and `soak`. Arguments go to Vitest.
 */

import { ensureBrowser } from './browser.ts'
import { buildApp } from './build.ts'
import { runVitest } from './vitest.ts'

await ensureBrowser()
await buildApp()
process.exitCode = await runVitest(['--project', '!shared', '--project', '!soak', ...process.argv.slice(2)])
