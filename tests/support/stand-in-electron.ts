import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The shape of an Electron distribution for Linux, with Node's binary in Electron's place: enough to pack, not to run.
 * It brings the start page that a real one does.
 */
export const makeStandInElectron = (dir: string): string => {
  mkdirSync(join(dir, 'locales'), { recursive: true })
  mkdirSync(join(dir, 'resources'))
  copyFileSync(process.execPath, join(dir, 'electron'))
  for (const language of ['de', 'en-US', 'fr']) writeFileSync(join(dir, 'locales', `${language}.pak`), language)
  writeFileSync(join(dir, 'resources', 'default_app.asar'), 'not an archive')
  writeFileSync(join(dir, 'LICENSE'), 'The license of Electron')
  writeFileSync(join(dir, 'version'), '45.4.1')
  return dir
}
