import { z } from 'zod'
import { syncStatus } from './status.ts'

/** What the app tells the process that started it with `--report`: one line of JSON each, on standard output. */
export const appReport = z.discriminatedUnion('t', [
  z.object({ t: z.literal('started'), dataDir: z.string(), logPath: z.string(), gateway: z.string() }),
  z.object({ t: z.literal('window') }),
  z.object({ t: z.literal('status'), status: syncStatus }),
  z.object({ t: z.literal('screenshot'), path: z.string(), error: z.string().nullable() }),
  z.object({ t: z.literal('error'), message: z.string() }),
])
export type AppReport = z.infer<typeof appReport>

/** What that process may ask for in return: one line of JSON each, on standard input, whose end quits the app. */
export const appOrder = z.discriminatedUnion('t', [
  /** Saves a picture of the window, as soon as its list is drawn. */
  z.object({ t: z.literal('screenshot'), path: z.string() }),
  z.object({ t: z.literal('quit') }),
])
export type AppOrder = z.infer<typeof appOrder>
