/**
 * `npm run backend`: the embedded backend alone. Prints its addresses and a token for every demo member; Ctrl-C ends all of it.
 *
 *   --data DIR            where everything is kept (default .outpost/backend)
 *   --accounts N          size of the demo workspace (default 50,000)
 *   --companies FILE.csv  takes the companies from a file instead
 *   --seed N              of the demo data (default 1)
 *   --port N              of the gateway (default 4810)
 *   --postgres-port N     of Postgres (default: any free one)
 *
 * ELECTRIC_URL and ELECTRIC_SECRET put a real Electric, attached to this Postgres, in the place of the built-in shape endpoint.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startBackend } from './backend.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: path.join(import.meta.dirname, '../../.outpost/backend') },
    accounts: { type: 'string', default: '50000' },
    companies: { type: 'string' },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '4810' },
    'postgres-port': { type: 'string' },
  },
})

let printedAt = 0
const onProgress = (step: string, done: number, total: number): void => {
  if (done < total && performance.now() - printedAt < 500) return
  printedAt = performance.now()
  console.error(total > 0 ? `${step}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}` : `${step} …`)
}

try {
  const backend = await startBackend({
    dataDir: path.resolve(values.data),
    accounts: Number(values.accounts),
    seed: Number(values.seed),
    gatewayPort: Number(values.port),
    ...(values.companies === undefined ? {} : { companiesFile: path.resolve(values.companies) }),
    ...(values['postgres-port'] === undefined ? {} : { postgresPort: Number(values['postgres-port']) }),
    onProgress,
    log: (event) => console.error(JSON.stringify(event)),
  })
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await backend.stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())

  console.log(`gateway    ${backend.gatewayUrl}`)
  console.log(`workspace  ${backend.workspaceId}`)
  console.log(`electric   ${backend.electricUrl}`)
  console.log(`postgres   ${backend.postgresUrl}`)
  for (const member of await backend.members()) {
    const token = await backend.tokenFor(member.id, { expiresIn: '30d' })
    const where = member.workspaceId === backend.workspaceId ? '' : ` (workspace ${member.workspaceId})`
    console.log(`\n${member.role} ${member.name} <${member.email}>${where}\n${token}`)
  }
  console.log('\nPress Ctrl-C to stop.')
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
