import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { browserSwitches } from './command-line.ts'
import { browserPath, options } from './options.ts'
import { newProfile } from './profile.ts'

const flags = [
  // Electron adds it: without it no MessagePort fires `close`.
  '--enable-blink-features=MessagePortCloseEvent',
  '--deny-permission-prompts',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
]

/** A running browser: its one context, the address of its DevTools when a test asked for one, and how to end it. */
export type RunningBrowser = { context: BrowserContext; debugUrl: string | undefined; close: () => Promise<void> }

/**
 * Starts Chromium with a profile below `folder`. It is steered over a pipe, which closes with this process however that ends, so that
 * Chromium never outlives it.
 */
export async function startChromium(folder: string): Promise<RunningBrowser> {
  const profile = newProfile(folder)
  const args = [...flags, ...browserSwitches()]
  // Chromium has no sandbox for root, and would say so across the window without the second flag.
  if (process.getuid?.() === 0) args.push('--no-sandbox', '--test-type')
  if (options.headless) args.push('--disable-gpu')
  if (options.debugPort) args.push('--remote-debugging-port=0')
  if (!options.headless) args.push('--app=data:text/html,<title>Outpost</title>', '--window-size=1440,900')
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath(),
    headless: options.headless,
    viewport: options.headless ? (options.viewport ?? { width: 1440, height: 900 }) : null,
    colorScheme: options.colorScheme ?? null,
    args,
    // Ctrl-C must quit the app in order, so its own handlers decide.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  const debugUrl = options.debugPort
    ? `http://127.0.0.1:${readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')[0]}`
    : undefined
  return { context, debugUrl, close: () => context.close() }
}
