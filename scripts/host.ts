import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type AppOrder, type AppReport, appReport } from '../core/protocol/app-report.ts'
import type { SyncStatus } from '../core/protocol/status.ts'
import { startStandIn } from '../hosts/launch.ts'
import { ensureBrowser } from './browser.ts'
import { root } from './build/targets.ts'
import { downloadElectron, findElectron } from './electron-binary.ts'

/** What the app runs on, and why. `program` is Electron, or the browser that stands in for it. */
export type Host = { kind: 'electron' | 'window' | 'headless'; program: string; why: string }

/** What there is to choose from; passed in for tests. */
export type HostChoices = {
  hasDisplay: boolean
  findElectron: () => string | undefined
  downloadElectron: () => Promise<string | undefined>
  ensureBrowser: () => string
}

const here: HostChoices = {
  hasDisplay: process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']),
  findElectron,
  downloadElectron,
  ensureBrowser,
}

/**
 * Electron if it is on this computer or can be downloaded; otherwise a browser standing in for it, in a window of its own;
 * without a display, or when asked to, the browser without a window. Throws when there is no browser either.
 */
export async function pickHost({ headless }: { headless: boolean }, choices: HostChoices = here): Promise<Host> {
  if (headless || !choices.hasDisplay) {
    const why = headless ? 'asked for with --headless' : 'there is no display to open a window on'
    return { kind: 'headless', program: choices.ensureBrowser(), why }
  }
  const found = choices.findElectron()
  if (found) return { kind: 'electron', program: found, why: 'it is installed' }
  const downloaded = await choices.downloadElectron()
  if (downloaded) return { kind: 'electron', program: downloaded, why: 'downloaded now' }
  const program = choices.ensureBrowser()
  return { kind: 'window', program, why: `Electron could not be downloaded, so ${program} stands in for it` }
}

/** Which app to open. */
export type AppOptions = {
  host: Host
  gateway: string
  workspace: string
  token: string
  dataDir: string
  /** The built main process; the product's when left out. */
  entry?: string
}

/** An opened app. */
export type OpenedApp = {
  /** Calls back with the sync status, now if one is known and at each change. */
  onStatus: (listener: (status: SyncStatus) => void) => void
  /** Saves a picture of the window once its list is drawn; answers its path. */
  screenshot: (path: string) => Promise<string>
  /** Quits the app without questions; resolves when it has exited. */
  close: () => Promise<void>
  /** Resolves when the app has exited, however it came to. */
  exited: Promise<number | null>
}

function startElectron(
  program: string,
  app: string,
  args: string[],
): { process: ChildProcess; exited: Promise<number | null> } {
  const flags = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(program, [app, ...flags, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('exit', resolve)
    child.on('error', reject)
  })
  return { process: child, exited }
}

function startApp({ kind, program }: Host, entry: string | undefined, args: string[]) {
  // Electron takes the folder of package.json, and with it the app's name and version.
  if (kind === 'electron') return startElectron(program, entry ?? root, args)
  const built = entry ?? join(root, 'out/main/index.js')
  const app = startStandIn({ entry: built, args, browser: program, headless: kind === 'headless', openInput: true })
  app.process.stderr?.pipe(process.stderr)
  return app
}

function parseReport(line: string): AppReport | undefined {
  try {
    return appReport.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

/** Opens the built app on a host. Rejects, with what it said, when it ends before its window is there. */
export async function launchApp(options: AppOptions): Promise<OpenedApp> {
  const { host, gateway, workspace, token, dataDir, entry } = options
  mkdirSync(dataDir, { recursive: true })
  const tokenFile = join(dataDir, 'token')
  writeFileSync(tokenFile, token, { mode: 0o600 })
  const connection = ['--gateway', gateway, '--workspace', workspace, '--token-file', tokenFile]
  const app = startApp(host, entry, [...connection, '--data', dataDir, '--report'])
  const { stdin, stdout } = app.process
  if (!stdin || !stdout) throw new Error('The app was started without pipes.')
  // The app may end while it is being told something.
  stdin.on('error', () => {})
  const order = (message: AppOrder) => stdin.write(`${JSON.stringify(message)}\n`)
  const { exited } = app

  const opened = Promise.withResolvers<void>()
  const statusListeners = new Set<(status: SyncStatus) => void>()
  const pictures = new Map<string, PromiseWithResolvers<string>>()
  let status: SyncStatus | undefined
  let lastError = ''
  createInterface({ input: stdout }).on('line', (line) => {
    const report = parseReport(line)
    if (report?.t === 'window') opened.resolve()
    else if (report?.t === 'error') lastError = report.message
    else if (report?.t === 'status') {
      status = report.status
      for (const listener of statusListeners) listener(report.status)
    } else if (report?.t === 'screenshot') {
      const picture = pictures.get(report.path)
      if (report.error === null) picture?.resolve(report.path)
      else picture?.reject(new Error(report.error))
    }
  })
  exited.then(
    (code) => {
      const error = new Error(`The app ended (exit code ${code}). ${lastError}`.trim())
      opened.reject(error)
      for (const picture of pictures.values()) picture.reject(error)
    },
    (error: unknown) => opened.reject(error),
  )
  await opened.promise
  return {
    onStatus: (listener) => {
      statusListeners.add(listener)
      if (status) listener(status)
    },
    screenshot: (path) => {
      const picture = Promise.withResolvers<string>()
      pictures.set(path, picture)
      order({ t: 'screenshot', path })
      return picture.promise
    },
    close: async () => {
      order({ t: 'quit' })
      await exited
    },
    exited,
  }
}
