import { existsSync, readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'

const manifest = z.object({ name: z.string(), productName: z.string().optional(), version: z.string() })

/** The folder of the app: the nearest package.json above its entry, as `electron .` takes it. */
export function appFolder(entry: string): string {
  for (let folder = dirname(resolve(entry)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) return dirname(resolve(entry))
  }
}

/** Name and version as the app's package.json states them. */
export function appManifest(folder: string): { name: string; version: string } {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return { name: 'app', version: '0.0.0' }
  const { name, productName, version } = manifest.parse(JSON.parse(readFileSync(path, 'utf8')))
  return { name: productName ?? name, version }
}

/** Where Electron keeps per-user data on an operating system. */
export function appDataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (platform === 'win32') return env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support')
  return env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')
}

/** The folders that `app.getPath` knows before the app moves any. */
export function defaultPaths(name: string, userData: string | undefined): Map<string, string> {
  const appData = appDataFolder(process.platform, process.env)
  const data = userData ?? join(appData, name)
  return new Map([
    ['home', homedir()],
    ['appData', appData],
    ['userData', data],
    ['sessionData', data],
    ['temp', tmpdir()],
    ['exe', process.execPath],
    ['desktop', join(homedir(), 'Desktop')],
    ['documents', join(homedir(), 'Documents')],
    ['downloads', join(homedir(), 'Downloads')],
    ['logs', join(data, 'logs')],
    ['crashDumps', join(data, 'Crashpad')],
  ])
}
