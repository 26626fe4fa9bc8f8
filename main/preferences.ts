import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { connection } from './config.ts'

const bounds = z.object({ x: z.number(), y: z.number(), width: z.number().min(400), height: z.number().min(300) })

/** What this computer remembers of the window between starts. */
const preferences = z.object({
  connection: connection.optional(),
  /** The user of the last token: whose data folder to open while nobody is signed in. */
  user: z.string().min(1).or(z.undefined()).optional(),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  bounds: bounds.optional(),
  maximized: z.boolean().default(false),
})
export type Preferences = z.infer<typeof preferences>

/** Reads the preferences; a missing or damaged file gives the defaults, as nothing in it is worth refusing to start for. */
export async function readPreferences(path: string): Promise<Preferences> {
  try {
    return preferences.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return preferences.parse({})
  }
}

/** Replaces the preferences whole, so that a crash leaves the old or the new. */
export async function writePreferences(path: string, value: Preferences): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 })
  await rename(`${path}.new`, path)
}
