import { text } from 'node:stream/consumers'
import { httpFetch } from '../workers/sync/http-fetch.ts'
import { secureRandom, systemClock } from '../workers/sync/system.ts'
import { ownThreads } from '../workers/sync/threads.ts'
import { runCli } from './run.ts'

const code = await runCli(process.argv.slice(2), {
  env: process.env,
  clock: systemClock,
  random: secureRandom,
  fetch: httpFetch,
  threads: ownThreads,
  readStdin: () => text(process.stdin),
  say: (line) => process.stderr.write(`${line}\n`),
  print: (output) => process.stdout.write(output),
  onInterrupt: (work) => {
    process.once('SIGINT', work)
    process.once('SIGTERM', work)
  },
})
// Whatever still waits (a long poll being ended) must not keep a finished command alive.
process.stdout.write('', () => process.exit(code))
