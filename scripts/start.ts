/**
 * `npm start`: the embedded backend with the demo workspace, then the app on the best host there is. Prints each step; with
 * `--headless`, also the status as it changes and the path of a screenshot. Ctrl-C ends everything that it started.
 */
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { decodeJwt } from 'jose'
import { startBackend } from '../server/embedded/backend.ts'
import { buildApp } from './build.ts'
import { launchApp, pickHost } from './host.ts'
import { START_USAGE, type StartOptions, startOptions } from './start-options.ts'
import { statusLine } from './status-line.ts'
import { createSteps } from './steps.ts'

const readOptions = (): StartOptions => {
  try {
    const options = startOptions(process.argv.slice(2), path.join(import.meta.dirname, '..'))
    if (!options.help) return options
    console.log(START_USAGE)
    process.exit(0)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
}
const asked = readOptions()

const steps = createSteps((line) => console.log(line))
const dataDir = asked.data
// Only what this command made: the folder may be one that holds other things.
if (asked.fresh)
  for (const made of ['backend', 'app', 'window.png'])
    rmSync(path.join(dataDir, made), { recursive: true, force: true })
mkdirSync(dataDir, { recursive: true })

const undo: (() => Promise<void>)[] = []
let ending = false
/** Ends what was started, newest first, once; the exit code is the first one asked for. */
const end = async (exitCode: number): Promise<never> => {
  if (!ending) {
    ending = true
    for (const stop of undo.toReversed()) await stop().catch((error: unknown) => console.error(String(error)))
    process.exit(exitCode)
  }
  return new Promise<never>(() => {})
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))

try {
  await steps.run('Building the app', () => buildApp())
  const host = await steps.run('Choosing a host', () => pickHost({ headless: asked.headless }))
  console.log(`  ${host.kind}: ${host.why}`)
  const backend = await steps.run('Starting Postgres and the demo workspace', (progress) =>
    startBackend({
      dataDir: path.join(dataDir, 'backend'),
      accounts: asked.accounts,
      ...(asked.companies ? { companiesFile: asked.companies } : {}),
      onProgress: progress,
    }),
  )
  undo.push(() => backend.stop())
  console.log(`  gateway ${backend.gatewayUrl}`)
  const token = await backend.tokenFor(asked.as, { expiresIn: '30d' })
  const app = await steps.run('Opening the app', () =>
    launchApp({
      host,
      gateway: backend.gatewayUrl,
      workspace: backend.workspaceId,
      token,
      // One data folder per member: another member's unsent edits must never go out under this one's name.
      dataDir: path.join(dataDir, 'app', decodeJwt(token).sub?.replace(/[^\w-]/g, '_') ?? 'member'),
    }),
  )
  undo.push(() => app.close())
  void app.exited.then(() => end(0))
  const screenshot = path.join(dataDir, 'window.png')
  let last = ''
  let ready = false
  app.onStatus((status) => {
    const line = statusLine(status)
    if (line !== last) console.log(`  ${line}`)
    last = line
    if (ready || status.state !== 'up_to_date') return
    ready = true
    void (async () => {
      if (asked.headless) console.log(`  screenshot ${await app.screenshot(screenshot)}`)
      console.log(`ready: ${status.received.toLocaleString('en')} records on this computer, data in ${dataDir}`)
      console.log('Press Ctrl-C to stop.')
    })()
  })
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  await end(1)
}
