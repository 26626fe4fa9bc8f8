import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** The files of one data directory: one gateway, workspace and user. */
export interface DataDir {
  readonly root: string
  readonly replica: string
  readonly outbox: string
  readonly columns: string
  readonly lock: string
  readonly key: string
  /** What the CLI remembers of its last `sync`: gateway and workspace. */
  readonly profile: string
}

/** The paths inside a data directory, which is made (mode 700) where it is not there. */
export const dataDir = (root: string): DataDir => {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  return {
    root,
    replica: join(root, 'replica.db'),
    outbox: join(root, 'outbox.db'),
    columns: join(root, 'columns.db'),
    lock: join(root, 'lock.db'),
    key: join(root, 'key'),
    profile: join(root, 'profile.json'),
  }
}
