import { uuidv7 } from '../../core/id.ts'
import type { EditInput } from '../../core/protocol/edit.ts'
import { secureRandom } from '../../workers/sync/system.ts'

export const newId = (): string => uuidv7(Date.now(), secureRandom)

/** Edits as a person makes them: a new account, then a change of it, and so on. */
export function* typedEdits(): Generator<EditInput> {
  for (let count = 1; ; count++) {
    const record_id = newId()
    const city = `Town ${count}`
    yield {
      op: 'create',
      entity: 'accounts',
      record_id,
      values: { type: 'customer', company: `Bench ${count}`, status: 'lead', city },
    }
    yield {
      op: 'patch',
      entity: 'accounts',
      record_id,
      values: { city: `New ${city}`, priority: 'high' },
      base: { city, priority: null },
    }
  }
}
