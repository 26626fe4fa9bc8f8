import { ERROR_TEXT, OutpostError } from '../core/errors.ts'
import type { SyncStatus } from '../core/protocol/status.ts'
import { dataDir } from '../workers/sync/data-dir.ts'
import { type Engine, openEngine } from '../workers/sync/engine.ts'
import type { CommandContext } from './command.ts'
import { databaseKey } from './database-key.ts'
import { keepProfile, profileOf, tokenOf } from './profile.ts'

/** How long the server may be out of reach before a command gives up, milliseconds. */
const OFFLINE_MS = 5_000
const LOOK_MS = 25

/** A running engine as the owner of the data directory, for the commands that talk to the server. */
export interface Running {
  readonly engine: Engine
  readonly dataDir: string
  /** The engine cannot go on. */
  readonly failed: Promise<never>
  status(): Promise<SyncStatus>
}

/**
 * Opens the data directory that `--data` names, runs `work`, and closes it whatever happens. Where a file of it turned
 * out damaged or was taken away, the next start deals with it: that start is made here, once.
 */
export const withEngine = async <T>(context: CommandContext, work: (running: Running) => Promise<T>): Promise<T> => {
  try {
    return await withOneEngine(context, work)
  } catch (thrown) {
    const code = thrown instanceof OutpostError ? thrown.error.code : null
    if (code !== 'replica_damaged' && code !== 'outbox_moved') throw thrown
    context.say(ERROR_TEXT[code])
    return withOneEngine(context, work)
  }
}

const withOneEngine = async <T>(context: CommandContext, work: (running: Running) => Promise<T>): Promise<T> => {
  const dir = dataDir(context.args.required('data'))
  const profile = profileOf(dir, context)
  const token = tokenOf(context)
  const key = databaseKey(dir, context.env)
  let onFatal: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    onFatal = reject
  })
  failed.catch(() => {})
  const engine = await openEngine({
    config: { ...profile, dataDir: dir.root, databaseKey: key, token, logPath: null },
    clock: context.clock,
    random: context.random,
    fetch: context.fetch,
    threads: context.threads,
    onFatal: (error) => onFatal(new OutpostError(error.code, error.message, error.context)),
  })
  keepProfile(dir, profile)
  const status = async (): Promise<SyncStatus> => {
    const answer = await engine.call('status.get', {})
    if (!answer.ok) throw new OutpostError(answer.error.code, answer.error.message)
    return answer.value as SyncStatus
  }
  try {
    return await Promise.race([work({ engine, dataDir: dir.root, failed, status }), failed])
  } finally {
    await engine.stop()
  }
}

/**
 * Waits until every shape is up to date and, with `drain`, nothing waits to be sent.
 *
 * @throws OutpostError `signed_out`, `no_access`, `update_needed`, `offline` (after five seconds), `not_gateway`
 */
export const settled = async (
  { engine, status }: Running,
  context: CommandContext,
  drain: boolean,
): Promise<SyncStatus> => {
  let told = 0
  for (;;) {
    const now = await status()
    if (now.state === 'signed_out' || now.state === 'no_access' || now.state === 'update_needed')
      throw new OutpostError(now.state)
    if (now.offlineSince !== null && context.clock.now() - now.offlineSince > OFFLINE_MS)
      throw new OutpostError('offline')
    if (engine.caughtUp() && (!drain || engine.drained())) return now
    if (context.clock.now() - told > 500) {
      told = context.clock.now()
      context.say(`${now.state}: ${now.received.toLocaleString('en')} of ${now.expected.toLocaleString('en')} records`)
    }
    await new Promise<void>((resolve) => context.clock.after(LOOK_MS, resolve))
  }
}
