/** The server side of a bench, in a process of its own: the embedded backend over accounts that are kept between runs. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { accountRow } from '../../server/demo/accounts.ts'
import { copyRows } from '../../server/demo/copy.ts'
import { mainWorkspace } from '../../server/demo/workspace.ts'
import { startBackend } from '../../server/embedded/backend.ts'
import { BENCH_EPOCH_MS, type ServerReady, type ServerRequest, serverOptions } from './server.ts'

const say = (message: ServerReady): void => void process.send?.(message)
const { rows, dataDir, accountsOnly } = serverOptions.parse(JSON.parse(process.argv[2] ?? ''))

function* accounts() {
  const workspace = mainWorkspace(1, BENCH_EPOCH_MS)
  for (let index = 1; index < rows; index++) yield accountRow(workspace, index)
}

/** Accounts beyond the demo's first one: a workspace with hardly anything else. */
const addAccounts = async (databaseUrl: string, workspaceId: string): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query("begin; set local session_replication_role = replica; set local timezone = 'UTC'")
    await copyRows(client, 'accounts', workspaceId, accounts())
    await client.query('commit; analyze accounts')
  } finally {
    await client.end()
  }
}

const backend = await startBackend({
  dataDir,
  accounts: accountsOnly ? 1 : rows,
  epochMs: BENCH_EPOCH_MS,
  env: {},
})
const filled = path.join(dataDir, 'filled')
if (accountsOnly && !existsSync(filled)) {
  await addAccounts(backend.postgresUrl, backend.workspaceId)
  writeFileSync(filled, '')
}
process.on('message', (request: ServerRequest) => {
  void (request === 'stop' ? backend.stop().then(() => process.exit(0)) : undefined)
})
process.on('disconnect', () => void backend.stop().finally(() => process.exit(1)))
say({
  gatewayUrl: backend.gatewayUrl,
  electricUrl: backend.electricUrl,
  postgresUrl: backend.postgresUrl,
  workspaceId: backend.workspaceId,
  token: await backend.tokenFor('admin'),
})
