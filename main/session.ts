import { watchFile } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { app, safeStorage } from 'electron'
import { OutpostError } from '../core/errors.ts'
import type { SyncConfig } from '../core/protocol/sync-process.ts'
import { chooseConnection, type StartOptions } from './config.ts'
import { dataFolder } from './data-folder.ts'
import { forgetKey } from './keys.ts'
import type { Preferences } from './preferences.ts'
import { forgetToken, keepToken, readKeptToken, readTokenFile, userOfToken, userToSignIn } from './token.ts'
import { unlock } from './unlock.ts'

const tokenCheckMs = 1_000

/** Who works with which workspace, and where their data lies. */
export type AppSession = {
  /** What the sync process is to open, as of now. */
  config: () => SyncConfig
  /** The token file has a new token; the session has it already. */
  onToken: (listener: (token: string) => void) => void
  /**
   * Signs in with a token, kept for the next start. `moved`: nobody's data was here, and the data directory is now this
   * member's. Throws `invalid_input`, in words, for a token that will not do.
   */
  signIn: (text: string) => Promise<{ moved: boolean }>
  /** Forgets the token; the data stays, and stays this member's. */
  signOut: () => Promise<void>
  /** The data was removed: the token and the key go too, and any member may sign in. */
  removed: () => Promise<void>
}

/** Opens the session that was asked for, or the remembered one. Throws, in words for the user, when it can't. */
export async function openSession(asked: StartOptions, kept: Preferences, logPath: string): Promise<AppSession> {
  const { gateway, workspace } = chooseConnection(asked, kept.connection)
  const userData = app.getPath('userData')
  const keptPath = join(userData, 'token.sealed')

  /** Where a user's data lies, made and unlocked; `unknown` while nobody has signed in. */
  async function place(user: string | undefined): Promise<Pick<SyncConfig, 'dataDir' | 'databaseKey'>> {
    const dataDir =
      asked.data === undefined ? dataFolder(userData, { gateway, workspace }, user ?? 'unknown') : resolve(asked.data)
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    return { dataDir, databaseKey: await unlock(dataDir, asked.keyFile) }
  }

  const given = asked.tokenFile === undefined ? null : await readTokenFile(asked.tokenFile)
  const token = given ?? (await readKeptToken(keptPath, safeStorage))
  const user = (token === null ? undefined : userOfToken(token)) ?? kept.user
  if (asked.data !== undefined && kept.user !== undefined && kept.user !== user)
    throw new OutpostError('invalid_input', 'The data in this folder is another member’s. Choose another folder.')
  kept.user = user
  let config: SyncConfig = { gateway, workspace, token, logPath, ...(await place(user)) }
  if (given !== null) await keepToken(keptPath, given, safeStorage)

  return {
    config: () => config,
    onToken: (listener) =>
      followTokenFile(asked.tokenFile, given, (next) => {
        config = { ...config, token: next }
        listener(next)
      }),
    signIn: async (text) => {
      const next = text.trim()
      const owner = userToSignIn(next, kept.user, Date.now())
      const moved = kept.user === undefined && asked.data === undefined
      config = { ...config, token: next, ...(moved ? await place(owner) : {}) }
      kept.user = owner
      await keepToken(keptPath, next, safeStorage)
      return { moved }
    },
    signOut: async () => {
      await forgetToken(keptPath)
      config = { ...config, token: null }
    },
    removed: async () => {
      await forgetToken(keptPath)
      if (asked.keyFile === undefined) await forgetKey(config.dataDir)
      kept.user = undefined
      config = { ...config, token: null, ...(await place(undefined)) }
    },
  }
}

/** Tells each new token of a file; not the one that was read before, which may have been signed out of. */
function followTokenFile(path: string | undefined, first: string | null, listener: (token: string) => void): void {
  if (path === undefined) return
  let last = first
  watchFile(path, { interval: tokenCheckMs, persistent: false }, () => {
    readTokenFile(path).then((token) => {
      if (token === null || token === last) return
      last = token
      listener(token)
    })
  })
}
