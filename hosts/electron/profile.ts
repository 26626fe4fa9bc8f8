import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const profilePrefix = 'browser-'
const storage = join('Default', 'Local Storage')

const portFile = (folder: string) => join(folder, 'port')

/** The port of the last start, part of the origin that local storage belongs to; 0 when there was none. */
export function lastPort(folder: string): number {
  const port = existsSync(portFile(folder)) ? Number(readFileSync(portFile(folder), 'utf8')) : 0
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0
}

/** Remembers the port for the next start. */
export function keepPort(folder: string, port: number): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(portFile(folder), String(port))
}

function oldProfiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(profilePrefix))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
}

/** What fails here concerns a browser of a killed start that is still closing; the next start takes care of it. */
function leniently(work: () => void): void {
  try {
    work()
  } catch {}
}

/**
 * A new profile at each start, so that a browser of a killed start never holds its lock, with the local storage of the last
 * one. Former profiles go.
 */
export function newProfile(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const old = oldProfiles(folder)
  const profile = mkdtempSync(join(folder, profilePrefix))
  const last = old.at(-1)
  if (last && existsSync(join(last, storage))) {
    leniently(() => cpSync(join(last, storage), join(profile, storage), { recursive: true }))
  }
  for (const path of old) leniently(() => rmSync(path, { recursive: true, force: true }))
  return profile
}
