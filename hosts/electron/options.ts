import { z } from 'zod'
import { findBrowser } from '../find-browser.ts'

/** How the stand-in runs; its launcher passes it as JSON in `OUTPOST_STAND_IN`. */
export const standInOptions = z.object({
  /** The browser to run; found when left out. */
  browser: z.string().optional(),
  headless: z.boolean().default(!process.env['DISPLAY'] && process.platform === 'linux'),
  /** Where `app.getPath('userData')` points until the app moves it. */
  userData: z.string().optional(),
  /** Overrides the size that windows ask for, in CSS pixels. */
  viewport: z.object({ width: z.int().positive(), height: z.int().positive() }).optional(),
  colorScheme: z.enum(['light', 'dark']).optional(),
  /** Opens a DevTools port on loopback, for tests. */
  debugPort: z.boolean().default(false),
  /** Dialogs: asked in the window, or answered by their default (see dialog.ts). */
  dialogs: z.enum(['window', 'default']).optional(),
})

export type StandInOptions = z.input<typeof standInOptions>

const parsed = standInOptions.parse(JSON.parse(process.env['OUTPOST_STAND_IN'] ?? '{}'))

export const options = { ...parsed, dialogs: parsed.dialogs ?? (parsed.headless ? 'default' : 'window') }

/** The browser to show windows in. Throws when this computer has none. */
export function browserPath(): string {
  const path = options.browser ?? findBrowser()
  if (!path) throw new Error('No Chromium, Chrome or Edge was found. OUTPOST_BROWSER can name one.')
  return path
}
