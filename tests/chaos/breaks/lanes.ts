import type { Plan } from '../../../core/sync/lanes.ts'
import { byPlace, type OpenEdit } from '../../../core/sync/open-edit.ts'

export type { Plan }

/** Faulty: whatever is queued and due may go, whoever is before it. */
export const planUpload = (edits: Iterable<OpenEdit>, now: number): Plan => {
  const queued = [...edits].filter(({ state }) => state === 'queued').sort(byPlace)
  const isDue = ({ nextAttemptAt }: OpenEdit): boolean => nextAttemptAt === null || nextAttemptAt <= now
  const waits = queued.flatMap((open) => (isDue(open) ? [] : [open.nextAttemptAt ?? now]))
  return {
    sendable: queued.filter(isDue),
    held: new Map(),
    nextDueAt: waits.length === 0 ? null : Math.min(...waits),
  }
}
