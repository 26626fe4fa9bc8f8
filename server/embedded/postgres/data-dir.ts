import { createHash } from 'node:crypto'
import path from 'node:path'
import { type Account, canTraverse, postgresAccount } from './account.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { sharedTempDir } from './private-dir.ts'

/**
 * Where a cluster asked for at `dataDir` is really kept. It is `dataDir` itself, unless this process is root and the
 * account that Postgres runs under can't enter a folder above it (root's home, say): then it is a folder below
 * /var/tmp that is the same for the same `dataDir`. Files beside it begin with its name.
 */
export function reachableDataDir(dataDir: string, account: Account = postgresAccount()): string {
  const wanted = path.resolve(dataDir)
  if (canTraverse(path.dirname(wanted), account)) return wanted
  const name = `${path.basename(wanted)}-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`
  const moved = path.join(sharedTempDir(), name)
  if (canTraverse(path.dirname(moved), account)) return moved
  throw new EmbeddedPostgresError(
    'data_dir_unreachable',
    `Postgres runs as uid ${account?.uid} here and can't reach ${wanted}. Choose a data directory whose parent folders all may enter.`,
  )
}
