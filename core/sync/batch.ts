import { MAX_BATCH_BYTES, MAX_BATCH_EDITS } from '../protocol/gateway.ts'
import type { OpenEdit } from './open-edit.ts'

/**
 * The first edits that fit one request (rule W-8): at most `limit` edits, and `MAX_BATCH_BYTES` of JSON in UTF-8. The
 * first edit always fits, so that one too large is answered by the server instead of waiting for ever.
 *
 * @param byteLength bytes of a text in UTF-8
 */
export const takeBatch = (
  sendable: readonly OpenEdit[],
  limit: number,
  byteLength: (text: string) => number,
): readonly OpenEdit[] => {
  const batch: OpenEdit[] = []
  let bytes = 200
  for (const open of sendable) {
    if (batch.length >= Math.min(limit, MAX_BATCH_EDITS)) break
    bytes += byteLength(JSON.stringify(open.edit)) + 1
    if (batch.length > 0 && bytes > MAX_BATCH_BYTES) break
    batch.push(open)
  }
  return batch
}
