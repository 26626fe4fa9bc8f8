import type { Clock } from '../../core/clock.ts'
import type { ErrorCode } from '../../core/errors.ts'
import { uuidv7 } from '../../core/id.ts'
import type { Random } from '../../core/random.ts'
import { type Db, openDatabase } from '../../db/sqlite/connection.ts'
import { takeLock } from '../../db/sqlite/lock.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { OUTBOX_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { type DataDir, dataDir } from './data-dir.ts'
import { LocalReplica } from './local-replica.ts'
import { Outbox } from './outbox.ts'
import type { RecordRef } from './outbox-memory.ts'
import { prepareReplica } from './replica-file.ts'

export interface OpenFiles {
  readonly dir: DataDir
  readonly outboxDb: Db
  readonly replicaDb: Db
  readonly local: LocalReplica
  readonly outbox: Outbox
  /** Names this data directory to the server's ledger. */
  readonly clientId: string
  /** Why the replica was begun anew; null where it was not. */
  readonly replicaSetAside: ErrorCode | null
  close(): void
}

export interface FilesOptions {
  readonly dataDir: string
  readonly databaseKey: string
  readonly clock: Clock
  readonly random: Random
  readonly onChange: (refs: readonly RecordRef[]) => void
}

const openOutbox = ({ databaseKey }: FilesOptions, dir: DataDir): Db => {
  const db = openDatabase({ path: dir.outbox, key: databaseKey, durability: 'full' })
  try {
    migrate(db, OUTBOX_MIGRATIONS)
    return db
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

/** Opens the files of a data directory whose lock is held, or that is looked at beside its owner. */
const openFiles = (
  options: FilesOptions,
  dir: DataDir,
  outboxDb: Db,
  replicaSetAside: ErrorCode | null,
  follows: boolean,
): OpenFiles => {
  const { databaseKey: key, clock, random, onChange } = options
  const replicaDb = openDatabase({ path: dir.replica, key, durability: 'normal', readonly: true })
  const local = new LocalReplica(replicaDb)
  if (follows) local.prepare()
  const outbox = new Outbox({ db: outboxDb, rows: local, clock, random, onChange })
  return {
    dir,
    outboxDb,
    replicaDb,
    local,
    outbox,
    clientId: clientIdOf(outbox, () => uuidv7(clock.now(), random)),
    replicaSetAside,
    close: () => {
      outboxDb.close()
      replicaDb.close()
    },
  }
}

/**
 * Opens a data directory as its owner: takes the lock, makes the replica usable (a damaged one is set aside), and lets
 * `startThreads` start what owns the replica before anything reads it.
 *
 * @throws OutpostError `already_running`, `key_missing`, `database_damaged`, `database_from_future`
 */
export const openOwned = async <T>(
  options: FilesOptions,
  startThreads: (dir: DataDir) => Promise<T>,
): Promise<OpenFiles & { readonly threads: T }> => {
  const dir = dataDir(options.dataDir)
  const unlock = takeLock(dir.lock, options.databaseKey)
  let outboxDb: Db | null = null
  try {
    // The outbox first: whatever is wrong with it is told before anything is touched.
    outboxDb = openOutbox(options, dir)
    const setAside = prepareReplica(dir.replica, options.databaseKey, options.clock.now())
    const threads = await startThreads(dir)
    const files = openFiles(options, dir, outboxDb, setAside, true)
    return {
      ...files,
      threads,
      close: () => {
        files.close()
        unlock()
      },
    }
  } catch (thrown) {
    outboxDb?.close()
    unlock()
    throw thrown
  }
}

/** Opens a data directory beside a running owner: the outbox may be written, the replica only read. */
export const openBeside = (options: FilesOptions): OpenFiles => {
  const dir = dataDir(options.dataDir)
  return openFiles(options, dir, openOutbox(options, dir), null, false)
}

const clientIdOf = (outbox: Outbox, make: () => string): string => {
  const known = outbox.store.setting('client_id')
  if (known !== null) return known
  return outbox.write(() => {
    const made = outbox.store.setting('client_id') ?? make()
    outbox.store.putSetting('client_id', made)
    return made
  })
}
