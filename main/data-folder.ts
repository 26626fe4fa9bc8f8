import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Connection } from './config.ts'

/** The data directory of one gateway, workspace and user below the app's own folder. */
export function dataFolder(userData: string, { gateway, workspace }: Connection, user: string): string {
  const name = createHash('sha256').update(`${gateway}\n${workspace}\n${user}`).digest('hex').slice(0, 16)
  return join(userData, 'data', name)
}
