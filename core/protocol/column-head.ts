import { z } from 'zod'
import { ENTITY_NAMES } from '../model/entities.ts'

/** What the sync process keeps about a column snapshot: to which rows it belongs, and what to tell after it. */
export const columnHead = z.object({
  /** The worker's layout; see `hello`. */
  layout: z.string(),
  /** The replica's epoch, and the last of its changes that the snapshot holds. */
  epoch: z.string(),
  seq: z.int().min(0),
  /** Records that were shown otherwise than the replica has them. */
  shown: z.array(z.object({ entity: z.enum(ENTITY_NAMES), id: z.string() })).readonly(),
  /** Accounts whose children were hidden with them. */
  hidden: z.array(z.string()).readonly(),
  manifest: z.string(),
  pieces: z.int().min(0),
})
export type ColumnHead = z.infer<typeof columnHead>
