import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findBrowser } from '../hosts/find-browser.ts'

export { findBrowser }

const wanted = 'a Chromium, Google Chrome or Microsoft Edge'

/** The command that installs a browser on an operating system, for a person to type. */
export function installCommand(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'brew install --cask chromium'
    case 'win32':
      return 'winget install --id Google.Chrome'
    default:
      return 'sudo apt-get install chromium   (or your distribution’s equivalent)'
  }
}

function mayInstall(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/etc/debian_version')
}

function run(command: string, args: string[]): void {
  console.log(`  $ ${command} ${args.join(' ')}`)
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? `exit code ${status}`}`)
}

/**
 * A browser to show the app in. When there is none, installs Debian's as root, saying so; otherwise throws an error
 * that names the command to run.
 */
export function ensureBrowser(): string {
  const found = findBrowser()
  if (found) return found
  if (mayInstall()) {
    console.log(`Outpost needs ${wanted}, and none is installed here. Installing Debian's chromium:`)
    run('apt-get', ['update'])
    run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])
    const installed = findBrowser()
    if (installed) return installed
  }
  throw new Error(
    `Outpost needs ${wanted}, and none was found.\n` +
      `Install one:  ${installCommand(process.platform)}\n` +
      'or name it:   OUTPOST_BROWSER=/path/to/browser',
  )
}
