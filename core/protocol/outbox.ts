import { z } from 'zod'
import { ENTITY_NAMES } from '../model/entities.ts'
import { edit, values } from './edit.ts'
import { fieldConflict } from './gateway.ts'

/** How a record differs from the server: an edit waits, or was refused; absent in rows without either. */
export const MARKS = ['pending', 'refused', 'removed'] as const
export type Mark = (typeof MARKS)[number]

export const EDIT_STATES = ['queued', 'sending', 'accepted', 'refused'] as const

/** One edit of the outbox as the app and `cli outbox` show it. */
export const outboxEntry = z.object({
  seq: z.number().int(),
  edit,
  state: z.enum(EDIT_STATES),
  madeAt: z.number(),
  attempts: z.number().int(),
  nextAttemptAt: z.number().nullable(),
  /** For refused edits: why, in words, the field that it is about, and the three values of each field in conflict. */
  refusal: z
    .object({
      code: z.string(),
      message: z.string(),
      field: z.string().nullable(),
      conflicts: z.array(fieldConflict),
    })
    .nullable(),
  /** What the record is called, for people. */
  title: z.string(),
  /** Ids of later edits that wait for this one. */
  blocks: z.array(z.uuid()),
})
export type OutboxEntry = z.infer<typeof outboxEntry>

/** An edit that the server accepted, kept for 30 days as proof: when it was made and accepted, and by which transaction. */
export const receipt = z.object({
  seq: z.number().int(),
  /** The edit's id, by which the server's ledger and audit trail know it. */
  id: z.uuid(),
  entity: z.enum(ENTITY_NAMES),
  record_id: z.uuid(),
  op: z.enum(['create', 'patch', 'delete', 'restore']),
  /** What the record is called, for people. */
  title: z.string(),
  /** The columns that it wrote. */
  fields: z.array(z.string()),
  madeAt: z.number(),
  acceptedAt: z.number(),
  /** The Postgres transaction, and the record's version after it. */
  txid: z.number().int(),
  version: z.number().int(),
})
export type Receipt = z.infer<typeof receipt>

/** A record as readers see it: replica-minus-shown ∪ shown, with its mark. */
export const shownRecord = z.object({
  entity: z.enum(ENTITY_NAMES),
  row: values,
  mark: z.enum(MARKS).nullable(),
})
export type ShownRecord = z.infer<typeof shownRecord>
