import { z } from 'zod'
import type { SnapshotBytes } from './query-port.ts'

/** What the query worker says about the bytes of its snapshot; the sync process hands it back as it came. */
export const snapshotManifest = z.object({
  layout: z.string(),
  /** The sections in the order of their bytes. */
  sections: z.array(z.tuple([z.string(), z.int().min(0)])),
  /** `sumOf` each piece. */
  sums: z.array(z.int()),
})
export type SnapshotManifest = z.infer<typeof snapshotManifest>

/** A 32-bit sum of some bytes (FNV-1a over little words), to tell a damaged piece from a whole one. */
export const sumOf = (bytes: SnapshotBytes): number => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2)
  let sum = 0x811c9dc5
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ (words[i] as number), 0x01000193)
  for (let i = words.length * 4; i < aligned.length; i++) sum = Math.imul(sum ^ (aligned[i] as number), 0x01000193)
  return sum >>> 0
}
