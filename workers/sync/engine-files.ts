import type { Clock } from '../../core/clock.ts'
import { type AppError, type ErrorCode, OutpostError } from '../../core/errors.ts'
import { uuidv7 } from '../../core/id.ts'
import type { Random } from '../../core/random.ts'
import { type Db, openDatabase } from '../../db/sqlite/connection.ts'
import { fromSqlite } from '../../db/sqlite/errors.ts'
import { opensWith, saysDamage } from '../../db/sqlite/integrity.ts'
import { takeLock } from '../../db/sqlite/lock.ts'
import { type DataDir, dataDir } from './data-dir.ts'
import { dropAsides, setAside } from './durable-files.ts'
import { LocalReplica } from './local-replica.ts'
import { Outbox } from './outbox.ts'
import { openOutbox, openOwnOutbox, type Recovered, type Recovery, recoverOutbox } from './outbox-file.ts'
import type { RecordRef } from './outbox-memory.ts'
import { markDamaged, prepareReplica } from './replica-file.ts'

export interface OpenFiles {
  readonly dir: DataDir
  readonly outboxDb: Db
  readonly replicaDb: Db
  readonly local: LocalReplica
  readonly outbox: Outbox
  /** Names this data directory to the server's ledger. */
  clientId(): string
  /** Gives the directory another name, where a copy of it uses the old one. */
  newClientId(): string
  /** Why the replica was begun anew; null where it was not. */
  readonly replicaSetAside: ErrorCode | null
  close(): void
}

export interface FilesOptions {
  readonly dataDir: string
  readonly databaseKey: string
  readonly clock: Clock
  readonly random: Random
  /** What a person answered about a damaged outbox. */
  readonly recover?: Recovery | undefined
  readonly onChange: (refs: readonly RecordRef[]) => void
  /** After each write of the outbox: null, or why it failed. */
  readonly onWritten?: (error: AppError | null) => void
}

/** The owner's outbox; a damaged one is recovered as a person asked for, or told (rule L-6). */
const openOrRecover = ({ databaseKey, clock, recover }: FilesOptions, dir: DataDir) => {
  try {
    return { db: openOwnOutbox(dir, databaseKey), recovered: null }
  } catch (thrown) {
    const asked = thrown instanceof OutpostError && thrown.error.code === 'outbox_damaged' ? recover : undefined
    if (!asked) throw thrown
    const recovered = recoverOutbox(dir, databaseKey, asked, clock.now())
    return { db: openOwnOutbox(dir, databaseKey), recovered }
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
  const { databaseKey: key, clock, random, onChange, onWritten = () => {} } = options
  const replicaDb = openDatabase({ path: dir.replica, key, durability: 'normal', readonly: true })
  const local = new LocalReplica(replicaDb)
  if (follows) local.prepare()
  const outbox = new Outbox({ db: outboxDb, rows: local, clock, random, onChange, onWritten })
  let clientId = clientIdOf(outbox, () => uuidv7(clock.now(), random))
  return {
    dir,
    outboxDb,
    replicaDb,
    local,
    outbox,
    clientId: () => clientId,
    newClientId: () => {
      clientId = uuidv7(clock.now(), random)
      outbox.write(() => outbox.store.putSetting('client_id', clientId))
      return clientId
    },
    replicaSetAside,
    close: () => {
      outboxDb.close()
      replicaDb.close()
    },
  }
}

/** Opens the replica and what owns it; one that turns out damaged on the way is begun anew, once. */
const openReplica = async <T>(
  options: FilesOptions,
  dir: DataDir,
  outboxDb: Db,
  startThreads: (dir: DataDir) => Promise<T>,
  again = false,
): Promise<{ readonly threads: T; readonly files: OpenFiles }> => {
  const setAside = prepareReplica(dir.replica, options.databaseKey, options.clock.now())
  try {
    const threads = await startThreads(dir)
    return { threads, files: openFiles(options, dir, outboxDb, again ? 'replica_damaged' : setAside, true) }
  } catch (thrown) {
    const found = fromSqlite(thrown, 'replica.db')
    if (again || !(found instanceof OutpostError) || !saysDamage(found.error)) throw found
    markDamaged(dir.replica)
    return openReplica(options, dir, outboxDb, startThreads, true)
  }
}

/** Takes the directory's lock. Its file holds nothing: a damaged one is set aside where the key opens another file. */
const lockOf = (dir: DataDir, key: string, now: number): (() => void) => {
  try {
    return takeLock(dir.lock, key)
  } catch (thrown) {
    const damaged = thrown instanceof OutpostError && saysDamage(thrown.error)
    if (!damaged || ![dir.outbox, dir.replica].some((path) => opensWith(path, key))) throw thrown
    dropAsides(dir.lock)
    setAside(dir.lock, now)
    return takeLock(dir.lock, key)
  }
}

/**
 * Opens a data directory as its owner: takes the lock, makes the replica usable (a damaged one is set aside), and lets
 * `startThreads` start what owns the replica before anything reads it.
 *
 * @throws OutpostError `already_running`, `key_missing`, `outbox_damaged`, `database_from_future`
 */
export const openOwned = async <T>(
  options: FilesOptions,
  startThreads: (dir: DataDir) => Promise<T>,
): Promise<OpenFiles & { readonly threads: T; readonly recovered: Recovered | null }> => {
  const dir = dataDir(options.dataDir)
  const unlock = lockOf(dir, options.databaseKey, options.clock.now())
  let outboxDb: Db | null = null
  try {
    // The outbox first: whatever is wrong with it is told before anything is touched.
    const { db, recovered } = openOrRecover(options, dir)
    outboxDb = db
    const { threads, files } = await openReplica(options, dir, db, startThreads)
    return {
      ...files,
      threads,
      recovered,
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

/**
 * Recovers the outbox of a data directory that nobody has open, as a person asked for.
 *
 * @throws OutpostError `already_running`, `invalid_request` where the outbox can be read
 */
export const recoverDamaged = (dir: DataDir, key: string, how: Recovery, now: number): Recovered => {
  const unlock = lockOf(dir, key, now)
  try {
    openOwnOutbox(dir, key).close()
  } catch (thrown) {
    if (!(thrown instanceof OutpostError) || thrown.error.code !== 'outbox_damaged') throw thrown
    return recoverOutbox(dir, key, how, now)
  } finally {
    unlock()
  }
  throw new OutpostError('invalid_request', 'The outbox is not damaged.')
}

/** Opens a data directory beside a running owner: the outbox may be written, the replica only read. */
export const openBeside = (options: FilesOptions): OpenFiles => {
  const dir = dataDir(options.dataDir)
  return openFiles(options, dir, openOutbox(dir.outbox, options.databaseKey), null, false)
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
