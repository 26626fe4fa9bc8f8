import { z } from 'zod'

export const boundOptions = z.object({
  /** A replica with the rows. */
  from: z.string(),
  /** The file to fill. */
  to: z.string(),
  databaseKey: z.string(),
  cacheKiB: z.number(),
})

export interface BoundResult {
  readonly rows: number
  readonly elapsedMs: number
  readonly insertMs: number
}
