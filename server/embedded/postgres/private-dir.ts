import { lstatSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { EmbeddedPostgresError } from './errors.ts'

/**
 * A folder below /var/tmp that belongs to this user alone and that other accounts may enter but not change.
 * /var/tmp is writable by all, so a folder or link that somebody else put there first is refused.
 */
export function sharedTempDir(): string {
  const uid = process.getuid?.() ?? 0
  const dir = path.join('/var/tmp', `outpost-${uid}`)
  try {
    mkdirSync(dir, { mode: 0o711 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const stat = lstatSync(dir)
  if (!stat.isDirectory() || stat.uid !== uid || stat.mode & 0o022)
    throw new EmbeddedPostgresError(
      'data_dir_unreachable',
      `${dir} exists but is not a private folder of this user. Remove it.`,
    )
  return dir
}
