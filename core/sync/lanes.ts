import { byPlace, fieldsOf, keyOf, type OpenEdit } from './open-edit.ts'

/** What may go out now, and what waits for a refused edit. */
export interface Plan {
  /** In the order to send. */
  readonly sendable: readonly OpenEdit[]
  /** Edit id → the refused edit that holds it, directly or through others. */
  readonly held: ReadonlyMap<string, string>
  /** When the earliest edit that only waits for its backoff is due, epoch ms; null where none does. */
  readonly nextDueAt: number | null
}

interface Lane {
  /** An earlier edit has no verdict yet: nothing behind it may go. */
  waiting: boolean
  /** Field → the refused edit that holds it; `*` = the whole record. */
  readonly heldFields: Map<string, string>
}

/**
 * Plans an upload over all open edits (rules W-4 to W-7): edits of one record one at a time and in order, whatever an
 * edit names in `after` accepted before it, a refused create holding what depends on it, a refused patch holding only
 * later patches of its fields. Nothing else waits.
 *
 * @param now epoch ms
 */
export const planUpload = (edits: Iterable<OpenEdit>, now: number): Plan => {
  const ordered = [...edits].sort(byPlace)
  const byId = new Map(ordered.map((open) => [open.edit.id, open]))
  const lanes = new Map<string, Lane>()
  const held = new Map<string, string>()
  const sendable: OpenEdit[] = []
  let nextDueAt: number | null = null
  for (const open of ordered) {
    if (open.state === 'accepted') continue
    const lane = laneOf(lanes, keyOf(open))
    if (open.state === 'refused') {
      holdBehind(lane, open, open.edit.id)
      continue
    }
    const holder = heldBy(open, lane, byId, held)
    if (holder !== null) {
      held.set(open.edit.id, holder)
      holdBehind(lane, open, holder)
      continue
    }
    const ready = !lane.waiting && open.state === 'queued' && open.after.every((id) => isDone(byId.get(id)))
    lane.waiting = true
    if (!ready) continue
    if (open.nextAttemptAt !== null && open.nextAttemptAt > now)
      nextDueAt = nextDueAt === null ? open.nextAttemptAt : Math.min(nextDueAt, open.nextAttemptAt)
    else sendable.push(open)
  }
  return { sendable, held, nextDueAt }
}

const laneOf = (lanes: Map<string, Lane>, key: string): Lane => {
  const known = lanes.get(key)
  if (known) return known
  const made: Lane = { waiting: false, heldFields: new Map() }
  lanes.set(key, made)
  return made
}

/** An edit that is no longer open has been accepted, or was given up by hand: it holds nothing. */
const isDone = (dependency: OpenEdit | undefined): boolean =>
  dependency === undefined || dependency.state === 'accepted'

const heldBy = (
  open: OpenEdit,
  lane: Lane,
  byId: ReadonlyMap<string, OpenEdit>,
  held: ReadonlyMap<string, string>,
): string | null => {
  const whole = lane.heldFields.get('*')
  if (whole !== undefined) return whole
  for (const field of fieldsOf(open.edit) ?? []) {
    const holder = lane.heldFields.get(field)
    if (holder !== undefined) return holder
  }
  for (const id of open.after) {
    if (byId.get(id)?.state === 'refused') return id
    const holder = held.get(id)
    if (holder !== undefined) return holder
  }
  return null
}

/** A refused or held create or restore holds its record, a patch its fields, a delete nothing. */
const holdBehind = (lane: Lane, open: OpenEdit, holder: string): void => {
  if (open.edit.op === 'create' || open.edit.op === 'restore') lane.heldFields.set('*', holder)
  for (const field of fieldsOf(open.edit) ?? []) if (!lane.heldFields.has(field)) lane.heldFields.set(field, holder)
}
