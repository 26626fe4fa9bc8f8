import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageFolder = join(fileURLToPath(new URL('..', import.meta.url)), 'node_modules/electron')
const failureFile = fileURLToPath(new URL('../.outpost/electron-download-failed', import.meta.url))
const retryAfterMs = 24 * 60 * 60 * 1_000
const probeMs = 4_000
const downloadMs = 180_000

const programs: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

/** Electron's program, when it is on this computer: in npm's package, or where `ELECTRON_OVERRIDE_DIST_PATH` points. */
export function findElectron(): string | undefined {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(packageFolder, 'dist')
  const program = join(folder, programs[process.platform] ?? 'electron')
  return existsSync(program) ? program : undefined
}

function failedLately(): boolean {
  try {
    return Date.now() - Number(readFileSync(failureFile, 'utf8')) < retryAfterMs
  } catch {
    return false
  }
}

async function canReachDownloads(): Promise<boolean> {
  const server = process.env['ELECTRON_MIRROR'] ?? 'https://github.com/'
  try {
    await fetch(server, { method: 'HEAD', signal: AbortSignal.timeout(probeMs) })
    return true
  } catch {
    return false
  }
}

function runInstaller(): Promise<boolean> {
  const child = spawn(process.execPath, [join(packageFolder, 'install.js')], { stdio: 'ignore', timeout: downloadMs })
  return new Promise((resolve) => {
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
}

/** Downloads Electron's program, whose checksum npm's package brings. After a failure, not again for a day. */
export async function downloadElectron(): Promise<string | undefined> {
  if (failedLately()) return undefined
  if ((await canReachDownloads()) && (await runInstaller())) {
    rmSync(failureFile, { force: true })
    return findElectron()
  }
  mkdirSync(dirname(failureFile), { recursive: true })
  writeFileSync(failureFile, String(Date.now()))
  return undefined
}
