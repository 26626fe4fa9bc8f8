import { uuidv7 } from '../../core/id.ts'
import { isoDay } from '../../core/model/convert.ts'
import type { Row } from '../../core/model/field.ts'
import type { Random } from '../../core/random.ts'
import { type AccountKey, accountKey, stampsOf } from './accounts.ts'
import type { KnownCompany } from './companies-file.ts'
import { intBelow, pick, rowRandom, weighted } from './draw.ts'
import { personOf, phoneOf } from './people.ts'
import { JOB_TITLES, MEETING_PLACES, MEETING_SUBJECTS, NOTE_BODIES, TASK_TITLES } from './phrases.ts'
import type { DemoWorkspace } from './workspace.ts'

/** The accounts that children are spread over. */
export interface Parents {
  readonly count: number
  readonly known: readonly KnownCompany[] | null
}

const STREAM = { contacts: 20, tasks: 21, meetings: 22, notes: 23 } as const
const DAY_MS = 86_400_000
const QUARTER_HOUR_MS = 900_000

type Child = { readonly account: AccountKey; readonly random: Random; readonly base: Row }

/** A child's account (some have many, some none), its id, and when it was made: after its account. */
const childOf = (workspace: DemoWorkspace, stream: number, index: number, parents: Parents): Child => {
  const random = rowRandom(workspace.seed, stream, index)
  const parent = Math.floor(random() ** 1.4 * parents.count)
  const account = accountKey(workspace, parent, parents.known?.[parent])
  const createdMs = account.createdMs + Math.floor(random() * (workspace.epochMs - account.createdMs))
  const base: Row = {
    id: uuidv7(createdMs, random),
    account_id: account.id,
    account_assigned_to: account.ownerId,
    ...stampsOf(random, createdMs, workspace.epochMs),
  }
  return { account, random, base }
}

const colleague = (workspace: DemoWorkspace, random: Random): string => pick(random, workspace.members).id

export const contactRow = (workspace: DemoWorkspace, index: number, parents: Parents): Row => {
  const { account, random, base } = childOf(workspace, STREAM.contacts, index, parents)
  const person = personOf(random, account.place)
  const mailbox = person.slug === '' ? `contact.${index}` : person.slug
  return {
    ...base,
    name: person.name,
    email: random() < 0.85 ? `${mailbox}@${account.host}` : null,
    phone: random() < 0.65 ? phoneOf(random, account.place) : null,
    title: random() < 0.8 ? pick(random, JOB_TITLES) : null,
    assigned_to: random() < 0.9 ? account.ownerId : colleague(workspace, random),
  }
}

export const taskRow = (workspace: DemoWorkspace, index: number, parents: Parents): Row => {
  const { account, random, base } = childOf(workspace, STREAM.tasks, index, parents)
  const status = weighted(random, [
    ['open', 45],
    ['doing', 12],
    ['done', 36],
    ['cancelled', 7],
  ] as const)
  const today = Math.floor(workspace.epochMs / DAY_MS)
  const due =
    status === 'done' || status === 'cancelled' ? today - intBelow(random, 300) : today - 15 + intBelow(random, 75)
  return {
    ...base,
    title: pick(random, TASK_TITLES),
    status,
    due_date: random() < 0.85 ? isoDay(due) : null,
    assigned_to: random() < 0.8 ? account.ownerId : colleague(workspace, random),
  }
}

export const meetingRow = (workspace: DemoWorkspace, index: number, parents: Parents): Row => {
  const { random, base } = childOf(workspace, STREAM.meetings, index, parents)
  const day = Math.floor(workspace.epochMs / DAY_MS) - 240 + intBelow(random, 300)
  const startsAt = day * DAY_MS + (28 + intBelow(random, 40)) * QUARTER_HOUR_MS
  return {
    ...base,
    subject: pick(random, MEETING_SUBJECTS),
    starts_at: startsAt,
    ends_at: random() < 0.9 ? startsAt + (1 + intBelow(random, 8)) * QUARTER_HOUR_MS : null,
    place: random() < 0.8 ? pick(random, MEETING_PLACES) : null,
    notes: random() < 0.2 ? pick(random, NOTE_BODIES).replace('%', 'everybody') : null,
  }
}

export const noteRow = (workspace: DemoWorkspace, index: number, parents: Parents): Row => {
  const { account, random, base } = childOf(workspace, STREAM.notes, index, parents)
  const bodies = Array.from({ length: 1 + intBelow(random, 3) }, () =>
    pick(random, NOTE_BODIES).replace('%', personOf(random, account.place).name),
  )
  return { ...base, body: bodies.join('\n'), author: account.ownerId ?? colleague(workspace, random) }
}
