/** One first load by the sync engine in a process of its own, timed from its first request. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { openEngine } from '../../workers/sync/engine.ts'
import { httpFetch } from '../../workers/sync/http-fetch.ts'
import { secureRandom, systemClock } from '../../workers/sync/system.ts'
import { type LoadResult, loadOptions } from './first-load.ts'

const { gateway, workspace, token, dataDir, databaseKey } = loadOptions.parse(JSON.parse(process.argv[2] ?? ''))

const MB = 2 ** 20
/** The most memory that this process had in use since `resetPeak`, where the system tells; else what it has now. */
const peakRss = (): number => {
  if (!existsSync('/proc/self/status')) return process.resourceUsage().maxRSS * 1024
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return Number(kib) * 1024
}
const resetPeak = (): void => {
  if (existsSync('/proc/self/clear_refs')) writeFileSync('/proc/self/clear_refs', '5')
}

let startedMs = 0
let rssBefore = 0
const engine = await openEngine({
  config: { gateway, workspace, token, dataDir, databaseKey, logPath: null },
  clock: systemClock,
  random: secureRandom,
  fetch: (input, init) => {
    if (startedMs === 0) {
      resetPeak()
      rssBefore = process.memoryUsage.rss()
      startedMs = performance.now()
    }
    return httpFetch(input, init)
  },
  onFatal: (error) => {
    console.error(error)
    process.exit(1)
  },
})
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    if (!engine.caughtUp()) return
    clearInterval(timer)
    resolve()
  }, 5)
})
const elapsedMs = performance.now() - startedMs
const result: LoadResult = { elapsedMs, rssGrowthMb: (peakRss() - rssBefore) / MB }
await engine.stop()
process.send?.(result, () => process.exit(0))
