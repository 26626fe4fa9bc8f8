import { z } from 'zod'

export const loadOptions = z.object({
  gateway: z.string(),
  workspace: z.string(),
  token: z.string(),
  dataDir: z.string(),
  databaseKey: z.string(),
})

export interface LoadResult {
  /** From the first request to the last index. */
  readonly elapsedMs: number
  /** Peak memory of the process minus what it had before the first request. */
  readonly rssGrowthMb: number
}
