import { accessSync, constants, statSync } from 'node:fs'
import { posix, win32 } from 'node:path'

/** What the search reads from the machine; passed in so that every operating system's answer can be tested on any. */
export type Machine = {
  platform: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  isExecutable: (path: string) => boolean
}

const namesOnPath = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'msedge',
]

const macApplications = [
  'Chromium.app/Contents/MacOS/Chromium',
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
]

const windowsPrograms = [
  'Chromium\\Application\\chrome.exe',
  'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
]

const linuxPlaces = [
  '/usr/lib/chromium/chromium',
  '/usr/lib64/chromium-browser/chromium-browser',
  '/opt/google/chrome/chrome',
  '/opt/microsoft/msedge/msedge',
  '/snap/bin/chromium',
  '/var/lib/flatpak/exports/bin/org.chromium.Chromium',
]

function candidates({ platform, env }: Machine): string[] {
  const suffix = platform === 'win32' ? '.exe' : ''
  const { delimiter, join } = platform === 'win32' ? win32 : posix
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = namesOnPath.flatMap((name) => folders.map((folder) => join(folder, name + suffix)))
  switch (platform) {
    case 'darwin': {
      const roots = ['/Applications', ...(env['HOME'] ? [`${env['HOME']}/Applications`] : [])]
      return [...macApplications.flatMap((app) => roots.map((root) => `${root}/${app}`)), ...onPath]
    }
    case 'win32': {
      const roots = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']].filter((root) => root)
      return [...windowsPrograms.flatMap((program) => roots.map((root) => `${root}\\${program}`)), ...onPath]
    }
    default:
      return [...onPath, ...linuxPlaces]
  }
}

/** The first Chromium, Chrome or Edge on a machine; `OUTPOST_BROWSER` wins over the search. Undefined when there is none. */
export function findBrowserOn(machine: Machine): string | undefined {
  const chosen = machine.env['OUTPOST_BROWSER']
  if (chosen) {
    if (!machine.isExecutable(chosen)) throw new Error(`OUTPOST_BROWSER names ${chosen}, which is no program.`)
    return chosen
  }
  return candidates(machine).find(machine.isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The Chromium, Chrome or Edge of this computer, or undefined. Throws when `OUTPOST_BROWSER` names no program. */
export function findBrowser(): string | undefined {
  return findBrowserOn({ platform: process.platform, env: process.env, isExecutable })
}
