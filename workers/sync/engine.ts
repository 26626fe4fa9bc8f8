import type { Clock } from '../../core/clock.ts'
import { type AppError, appError } from '../../core/errors.ts'
import { ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { SyncConfig } from '../../core/protocol/sync-process.ts'
import { type EventName, type Events, SYNC_METHODS, type SyncMethod } from '../../core/protocol/window-api.ts'
import type { Random } from '../../core/random.ts'
import { attempt, fail, type Result } from '../../core/result.ts'
import { BACKOFF, type BackoffLimits } from '../../core/sync/backoff.ts'
import { changesEnd } from '../../db/sqlite/replica-changes.ts'
import { AppliedChanges } from './applied.ts'
import { BackupTimer } from './backup-timer.ts'
import { BodyBudget } from './body-budget.ts'
import { ColumnSnapshots } from './column-snapshots.ts'
import { ShownReads } from './details.ts'
import { dropAsides } from './durable-files.ts'
import { openOwned } from './engine-files.ts'
import { every } from './every.ts'
import { Feeds, type QueryPort } from './feeds.ts'
import { guardFiles } from './file-watch.ts'
import { Follower } from './follower.ts'
import { type Fetch, GatewayClient } from './gateway-client.ts'
import { outboxHost } from './import/outbox-host.ts'
import { Imports } from './imports.ts'
import { LocalTrouble } from './local-trouble.ts'
import { watchLocal } from './local-watch.ts'
import { Membership } from './membership.ts'
import { syncMethods } from './methods.ts'
import { openThreads } from './open-threads.ts'
import type { RecordRef } from './outbox-memory.ts'
import { ownToken } from './own-token.ts'
import { Reach } from './reach.ts'
import { pruneDaily } from './receipts.ts'
import { unsentOf } from './remove-data.ts'
import { markDamaged } from './replica-file.ts'
import { RetryAfter } from './retry-after.ts'
import { SessionMemory } from './session.ts'
import { Settler } from './settler.ts'
import { inSlices } from './slices.ts'
import { StatusBoard } from './status-board.ts'
import { ownThreads, type Threads } from './threads.ts'
import { Uploader } from './uploader.ts'
import { type Verification, verify } from './verify.ts'

/** Shape bodies in memory at once, over all shapes. */
const BODIES = 2
/** How often a workspace that let nobody in, a version too old, or a stuck connection is tried anew, milliseconds. */
const WAIT_RETRY_MS = 60_000
/** The first load of accounts, the list that is waited for, begins so much before the others', milliseconds. */
const ACCOUNTS_LEAD_MS = 100

export interface EngineOptions {
  readonly config: SyncConfig
  readonly clock: Clock
  /** Cryptographic: ids come from it. */
  readonly random: Random
  readonly fetch: Fetch
  readonly threads?: Threads
  readonly backoff?: BackoffLimits
  readonly log?: (message: string, context: Record<string, unknown>) => void
  /** Something that cannot be repaired while running: the process should end and start again. */
  readonly onFatal: (error: AppError) => void
}

type Listener = <E extends EventName>(event: E, payload: Events[E]) => void

/** The sync engine: the whole of the sync process but its channel. */
export interface Engine {
  call(method: SyncMethod, params: unknown): Promise<Result<unknown>>
  onEvent(listener: Listener): () => void
  connectQueryPort(port: QueryPort): void
  /** The machine woke or the network came back: everything that waits is due now. */
  wake(): void
  setToken(token: string | null): void
  /** Every shape has reached the end of its log since the start. */
  caughtUp(): boolean
  /** Nothing waits to be sent or for its echo; refused edits, and what they hold, wait for a person. */
  drained(): boolean
  /** Edits that the server does not have: those that wait and those that it refused. */
  unsent(): number
  verify(): Promise<Verification>
  /** Fetches a shape anew beside the old rows; local edits stay. */
  repair(entity: EntityName): Promise<void>
  stop(): Promise<void>
}

/**
 * Opens a data directory and starts syncing.
 *
 * @throws OutpostError `already_running`, `key_missing`, `outbox_damaged`, `database_from_future`, `disk_full`
 */
export const openEngine = async (options: EngineOptions): Promise<Engine> => {
  const { config, clock, random, fetch, onFatal, backoff = BACKOFF, threads = ownThreads, log = () => {} } = options
  const address = config.gateway.replace(/\/+$/, '')
  let stopped = false
  const listeners = new Set<Listener>()
  const emit: Listener = (event, payload) => {
    for (const listener of [...listeners]) listener(event, payload)
  }
  let onShown: (refs: readonly RecordRef[]) => void = () => {}
  let opened = false
  const trouble = new LocalTrouble({
    onChange: () => {
      if (opened) board.refresh()
    },
    onDamage: (file, error) => {
      // What is met while opening is answered there; later the start that follows deals with it.
      if (!opened || stopped) return
      log('damage', { file, ...error.context })
      if (file === 'replica') markDamaged(files.dir.replica)
      onFatal(file === 'replica' ? appError('replica_damaged', undefined, error.context) : error)
    },
  })

  const files = await openOwned(
    {
      dataDir: config.dataDir,
      databaseKey: config.databaseKey,
      clock,
      random,
      recover: config.recover,
      onChange: (refs) => onShown(refs),
      onWritten: (error) => (error ? trouble.failed('outbox', error) : trouble.well('outbox')),
    },
    (dir) => {
      const data = { replicaPath: dir.replica, columnsPath: dir.columns, databaseKey: config.databaseKey }
      return openThreads(threads, data, onFatal, (error) => trouble.failed('replica', error))
    },
  )
  const { outbox, local } = files
  const { writer, reader, states } = files.threads
  if (files.replicaSetAside !== null) log('replica set aside', { reason: files.replicaSetAside })
  if (files.recovered) log('outbox recovered', { ...files.recovered.restored, setAside: files.recovered.setAside })
  outbox.start()

  const backups = new BackupTimer({
    clock,
    unsent: () => outbox.memory.count('queued', 'sending', 'refused'),
    backUp: () => reader.call('backUp', { dir: files.dir, key: config.databaseKey, now: clock.now() }),
    log,
  })
  const session = new SessionMemory(outbox)
  const own = (given: string | null) => ownToken(given, session.summary?.member.user_id ?? null)
  let token = own(config.token)
  const reach = new Reach(clock, (cameBack) => {
    board.refresh()
    if (cameBack) nudge()
    if (reach.wait === 'no_access') membership.refused()
  })
  const gateway = new GatewayClient({
    address,
    workspace: config.workspace,
    token: () => token,
    fetch,
    clock,
    saw: (kind, trouble) => reach.saw(kind, trouble),
  })
  const uploader = new Uploader({
    outbox,
    gateway,
    clock,
    random,
    backoff,
    clientId: files.clientId,
    onCopied: () => log('data directory was copied', { client: files.newClientId() }),
    log,
    onChange: () => {
      settler.watch()
      board.refresh()
    },
  })
  const snapshots = new ColumnSnapshots({
    memory: outbox.memory,
    reader,
    writer,
    untold: () => changes.untold,
    opened: changesEnd(files.replicaDb),
  })
  const feeds = new Feeds({ outbox, local, reader, snapshots, clock, random, backoff, log })
  const reads = new ShownReads(outbox, local, {
    detail: (account) => reader.call('detail', { account }),
    all: (entity) => reader.call('all', entity),
  })
  local.onUnindexed = (account, entities) =>
    void reader.call('childIds', { account, entities }).then(
      (refs) => onShown(refs),
      (error: unknown) => log('children not looked up', { error: String(error) }),
    )
  const tellRecords = (refs: readonly RecordRef[]): void => {
    emit('records', { changes: reads.changes(refs) })
  }
  const budget = new BodyBudget(BODIES)
  const retryAfter = new RetryAfter(clock, outbox)
  const followers = ENTITY_NAMES.map(
    (entity): Follower =>
      new Follower({
        entity,
        state: states.find((state) => state.entity === entity),
        address,
        workspace: config.workspace,
        token: () => token,
        fetch: retryAfter.hold(fetch),
        clock,
        random,
        backoff,
        budget,
        replica: writer,
        moment: () => feeds.giveWay.moment,
        saw: (kind, trouble) => reach.saw(kind, trouble),
        onApplied: (applied, upToDate) => {
          if (stopped) return
          trouble.well('replica')
          changes.take(entity, applied, upToDate)
          if (upToDate && board.caughtUp) board.upToDateAt = clock.now()
          board.refresh()
        },
        log,
      }),
  )
  const refresh = async (entity: EntityName): Promise<void> => {
    await followers.find((follower) => follower.entity === entity)?.refresh()
  }
  const settler = new Settler(outbox, clock, refresh)
  const changes = new AppliedChanges({ local, outbox, settler, feeds, onRecords: tellRecords })
  const board: StatusBoard = new StatusBoard(
    {
      clock,
      reach,
      outbox,
      followers,
      summary: () => session.summary,
      failingSince: () => uploader.failingSince,
      localTrouble: () => trouble.words,
      stopped: () => stopped,
    },
    (status) => emit('status', status),
  )
  onShown = (refs) => {
    if (stopped) return
    backups.changed()
    feeds.changed(refs)
    tellRecords(refs)
    emit('outbox', {
      pending: outbox.memory.count('queued', 'sending'),
      needsAttention: outbox.memory.count('refused'),
    })
    board.refresh()
    queueMicrotask(() => uploader.kick())
  }
  const imports = new Imports(
    outboxHost({
      outbox,
      rows: local,
      replica: files.replicaDb,
      context: async () => {
        const known = session.session(address, config.dataDir)
        if (!known) return null
        return { memberId: known.member.id, currency: known.workspace.currency, members: await reads.members() }
      },
    }),
    { progress: (progress) => emit('import', progress) },
    () => outbox.newId(),
  )
  const membership = new Membership({
    clock,
    outbox,
    session,
    gateway,
    reach,
    signedIn: () => token !== null,
    empty: () => emptyReplica(),
    begin: () => begin(),
    onRead: () => board.refresh(),
    log,
  })
  const emptyReplica = async (): Promise<void> => {
    for (const follower of followers) follower.stop()
    await writer.call('wipe', null)
    dropAsides(files.dir.replica)
    local.markEmpty()
    feeds.reset()
    await reader.call('columnsDrop', null)
  }
  const nudge = (): void => {
    if (stopped) return
    uploader.due(false)
    for (const follower of followers) follower.nudge()
    void membership.read()
  }
  /** Begins every stream and the upload anew, whatever they waited for. */
  const begin = (): void => {
    if (stopped) return
    reach.clearWait()
    if (token === null) {
      // A stream in the middle of a long poll would go on with the token that it began with.
      for (const follower of followers) follower.stop()
      reach.saw('signed_out')
      return
    }
    const accounts = followers.find(({ entity }) => entity === 'accounts')
    const leadMs = accounts?.complete === false ? ACCOUNTS_LEAD_MS : 0
    for (const follower of followers) follower.start(follower === accounts ? 0 : leadMs)
    uploader.due(true)
    void membership.read()
  }
  const ends = [
    watchLocal({
      clock,
      refresh: () => outbox.refresh(),
      lost: guardFiles(files.dir, files.outboxDb, clock, log),
      onClockSetBack: () => {
        retryAfter.clear()
        uploader.clockSetBack()
      },
      onLost: (error) => {
        for (const end of ends) end()
        onFatal(error)
      },
      onFailure: (error) => trouble.failed('outbox', error),
    }),
    every(clock, WAIT_RETRY_MS, () => {
      if (token !== null && (reach.wait !== null || board.now().state === 'stuck')) begin()
    }),
    pruneDaily(clock, outbox),
    inSlices(clock, outbox.rebuild(), (error) => log('merged rows not rebuilt', { error: String(error) })),
  ]
  // A process that ended between the sealing and the emptying left rows that nobody may see.
  if (outbox.memory.sealed && states.some(({ received }) => received > 0)) await emptyReplica()
  local.onFailure = (error) => trouble.failed('replica', error)
  opened = true
  begin()
  settler.watch()
  void imports.recover().catch((error: unknown) => log('imports not recovered', { error: String(error) }))
  const compare = (): Promise<Verification> => verify({ gateway, reader, catchUp: refresh, now: () => clock.now() })
  const repair = async (entity: EntityName): Promise<void> => {
    await followers.find((follower) => follower.entity === entity)?.reload('repair')
  }
  const methods = syncMethods({
    outbox,
    reads,
    firstRows: feeds.firstRows,
    board,
    gateway,
    session,
    imports,
    wake: begin,
    verify: compare,
    repair: async (entity) => {
      await repair(entity)
      await refresh(entity)
    },
    now: () => clock.now(),
    gatewayAddress: address,
    dataDir: config.dataDir,
  })

  return {
    call: async (method, params) => {
      if (!(method in SYNC_METHODS)) return fail(appError('invalid_request'))
      const parsed = SYNC_METHODS[method].safeParse(params)
      if (!parsed.success) return fail(appError('invalid_request', parsed.error.issues[0]?.message))
      // The table's type pairs each method with its own parameters; the schema of that method has just parsed them.
      const run = methods[method] as (checked: unknown) => unknown
      return attempt(() => run(parsed.data))
    },
    onEvent: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    connectQueryPort: (port) => feeds.connect(port),
    wake: begin,
    setToken: (next) => {
      token = own(next)
      begin()
    },
    caughtUp: () => board.caughtUp,
    drained: () => !uploader.busy && outbox.idle(),
    unsent: () => unsentOf(outbox),
    verify: compare,
    repair,
    stop: async () => {
      if (stopped) return
      await imports.close()
      stopped = true
      for (const end of ends) end()
      membership.stop()
      settler.stop()
      board.stop()
      for (const follower of followers) follower.stop()
      await feeds.save()
      feeds.close()
      await uploader.stop()
      await backups.stop()
      await reader.stop('close')
      // Before the writer: only whoever closes last, and may write, brings the log into the file.
      files.replicaDb.close()
      await writer.stop('close')
      files.close()
    },
  }
}
