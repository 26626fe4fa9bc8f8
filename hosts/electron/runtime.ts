import type { Page } from 'playwright-core'

/** What the started stand-in offers its windows. */
export type Runtime = {
  newPage: () => Promise<Page>
  toServed: (url: string) => string
  fromServed: (url: string) => string
  /** Gives the browser this start's token for an origin. */
  allow: (origin: string) => Promise<void>
  windowClosed: (remaining: number) => void
}

let current: Runtime | undefined

/** The started stand-in. Throws before the app is ready, as creating a window does in Electron. */
export function runtime(): Runtime {
  if (!current) throw new Error('Cannot create BrowserWindow before app is ready')
  return current
}

/** The app is ready. */
export function setRuntime(started: Runtime): void {
  current = started
}
