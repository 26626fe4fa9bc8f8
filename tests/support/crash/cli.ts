/** The CLI, dying at a chosen commit: `node cli.ts THREAD:N <arguments of the CLI>`. */
import { Worker } from 'node:worker_threads'
import { runCli } from '../../../cli/run.ts'
import { secureRandom, systemClock } from '../../../workers/sync/system.ts'
import { ownThreads } from '../../../workers/sync/threads.ts'
import { dieAfterCommit, parseCrashPoint } from './crash-point.ts'

const [point = '', ...argv] = process.argv.slice(2)
const { thread, commit } = parseCrashPoint(point)
if (thread === 'main') dieAfterCommit(commit)

process.exitCode = await runCli(argv, {
  env: process.env,
  clock: systemClock,
  random: secureRandom,
  fetch,
  threads: {
    reader: ownThreads.reader,
    replica: (data) =>
      new Worker(new URL('./replica-thread.ts', import.meta.url), {
        workerData: { ...data, dieAfter: thread === 'replica' ? commit : null },
      }),
  },
  readStdin: async () => '',
  say: () => {},
  print: (text) => process.stdout.write(text),
  onInterrupt: () => {},
})
process.exit()
