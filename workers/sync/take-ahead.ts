import type { EntityName } from '../../core/model/entities.ts'
import type { Slot } from '../../db/sqlite/shape-store.ts'
import type { OnBytes } from './http-fetch.ts'
import type { ReplicaCalls } from './replica-calls.ts'
import type { ThreadClient } from './thread-client.ts'

/** Where one row of a snapshot ends and another begins: inside a text there would be a backslash before each quote. */
const ROW_BOUND = '},{"key":'
/** What of it belongs to the row before. */
const ROW_END = '},'

/**
 * Hands the replica thread the rows of a body that are here while the rest still comes, whenever it has nothing else to
 * do (rule R-14). What comes at once is about to be whole: it goes from the second piece on.
 */
export const takeAhead = (replica: ThreadClient<ReplicaCalls>, entity: EntityName, slot: Slot, id: number): OnBytes => {
  let from = 0
  let pieces = 0
  let over = false
  return (bytes) => {
    if (++pieces === 1 || over || !replica.idle) return
    const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(ROW_BOUND) + ROW_END.length
    if (end <= Math.max(from, ROW_END.length)) return
    const part = bytes.slice(from, end)
    const answer = replica.call('takeAhead', { entity, slot, id, from, bytes: part }, [part.buffer])
    from = end
    answer.then(
      (taken) => {
        over = !taken
      },
      () => {
        over = true
      },
    )
  }
}
