import { watchFile } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { app, safeStorage } from 'electron'
import type { SyncConfig } from '../core/protocol/sync-process.ts'
import { chooseConnection, type StartOptions } from './config.ts'
import { dataFolder } from './data-folder.ts'
import type { Preferences } from './preferences.ts'
import { keepToken, readKeptToken, readTokenFile, userOfToken } from './token.ts'
import { unlock } from './unlock.ts'

const tokenCheckMs = 1_000

/** Who works with which workspace, and where their data lies. The token changes when the token file does. */
export type AppSession = SyncConfig & { onToken: (listener: (token: string) => void) => void }

/** Opens the session that was asked for, or the remembered one. Throws, in words for the user, when it can't. */
export async function openSession(asked: StartOptions, kept: Preferences, logPath: string): Promise<AppSession> {
  const { gateway, workspace } = chooseConnection(asked, kept.connection)
  const keptPath = join(app.getPath('userData'), 'token.sealed')
  const given = asked.tokenFile === undefined ? null : await readTokenFile(asked.tokenFile)
  const token = given ?? (await readKeptToken(keptPath, safeStorage))
  const user = (token === null ? undefined : userOfToken(token)) ?? 'unknown'
  const dataDir =
    asked.data === undefined ? dataFolder(app.getPath('userData'), { gateway, workspace }, user) : resolve(asked.data)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const databaseKey = await unlock(dataDir, asked.keyFile)
  const session: AppSession = {
    gateway,
    workspace,
    dataDir,
    databaseKey,
    token,
    logPath,
    onToken: (listener) => followTokenFile(asked.tokenFile, session, listener),
  }
  if (given !== null) await keepToken(keptPath, given, safeStorage)
  return session
}

function followTokenFile(path: string | undefined, session: AppSession, listener: (token: string) => void): void {
  if (path === undefined) return
  watchFile(path, { interval: tokenCheckMs, persistent: false }, () => {
    readTokenFile(path).then((token) => {
      if (token === null || token === session.token) return
      session.token = token
      listener(token)
    })
  })
}
