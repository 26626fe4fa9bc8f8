import { z } from 'zod'
import { ENTITY_NAMES } from '../model/entities.ts'
import { edit, value } from './edit.ts'

/**
 * The gateway's HTTP wire, all under `/v1/workspaces/{workspace id}`, `authorization: Bearer <JWT>`, every answer with the
 * `outpost-protocol` header. Errors are `{"error":{"code","message"}}` with the status of `GATEWAY_STATUS`.
 *
 * | method path | request | answer |
 * |---|---|---|
 * | GET /shape?table=<entity>&<Electric's protocol parameters> | | Electric's answer; table, where and columns are pinned |
 * | POST /mutations | mutationsRequest | mutationsAnswer |
 * | GET /summary | | summaryAnswer |
 * | GET /checksums?entity=<entity>[&buckets=0,17] | | checksumsAnswer |
 * | GET /history?entity=<entity>&id=<record> | | historyAnswer |
 */
export const MAX_BATCH_EDITS = 500
export const MAX_BATCH_BYTES = 1_000_000

export const mutationsRequest = z.strictObject({
  client_id: z.uuid(),
  edits: z.array(edit).min(1).max(MAX_BATCH_EDITS),
})
export type MutationsRequest = z.infer<typeof mutationsRequest>

export const REFUSAL_CODES = [
  'conflict',
  'not_found',
  'removed_elsewhere',
  'forbidden',
  'id_taken',
  'id_reused',
  'invalid_input',
  'unknown_field',
] as const

/** The three values of a field in conflict. */
export const fieldConflict = z.object({ field: z.string(), base: value, mine: value, theirs: value })
export type FieldConflict = z.infer<typeof fieldConflict>

/**
 * The server's word on one edit. `accepted`: `version` is the record's version after it; `in_shard` whether this client's
 * shapes still hold the record (false: it left by assignment, delete or by never having been in). `busy`: not decided,
 * send again. Only `refused` refuses.
 */
export const verdict = z.discriminatedUnion('status', [
  z.object({
    id: z.uuid(),
    status: z.literal('accepted'),
    txid: z.number().int(),
    version: z.number().int(),
    in_shard: z.boolean(),
    duplicate: z.boolean().default(false),
  }),
  z.object({
    id: z.uuid(),
    status: z.literal('refused'),
    code: z.enum(REFUSAL_CODES),
    message: z.string(),
    field: z.string().optional(),
    conflicts: z.array(fieldConflict).default([]),
    /** The record's present version on the server; null where it is not there. */
    version: z.number().int().nullable().default(null),
    duplicate: z.boolean().default(false),
  }),
  z.object({ id: z.uuid(), status: z.literal('busy') }),
])
export type Verdict = z.infer<typeof verdict>

export const mutationsAnswer = z.object({ results: z.array(verdict) })
export type MutationsAnswer = z.infer<typeof mutationsAnswer>

/** Who the token is here, and how many rows each shape of this member holds ("syncing n of m"). */
export const summaryAnswer = z.object({
  workspace: z.object({ id: z.uuid(), name: z.string(), currency: z.string(), time_zone: z.string() }),
  member: z.object({
    id: z.uuid(),
    user_id: z.string(),
    role: z.enum(['admin', 'manager', 'rep']),
    display_name: z.string(),
    email: z.string(),
  }),
  counts: z.record(z.enum(ENTITY_NAMES), z.number().int()),
})
export type Summary = z.infer<typeof summaryAnswer>

/**
 * Of this member's shard of one entity: 256 buckets by the first byte of md5(id), each with its row count and the sum
 * of its row hashes (see core/model/checksum.ts) as a decimal string; with `buckets`, also every row of those.
 */
export const checksumsAnswer = z.object({
  entity: z.enum(ENTITY_NAMES),
  buckets: z.array(z.object({ bucket: z.number().int(), count: z.number().int(), sum: z.string() })),
  rows: z.array(z.object({ id: z.uuid(), hash: z.number().int(), version: z.number().int() })).optional(),
})
export type Checksums = z.infer<typeof checksumsAnswer>

/** A record's own audit trail, newest first. */
export const historyAnswer = z.object({
  entries: z.array(
    z.object({
      mutation_id: z.uuid().nullable(),
      action: z.enum(['create', 'patch', 'delete', 'restore']),
      member_id: z.uuid().nullable(),
      at: z.number().int(),
      changes: z.array(z.object({ field: z.string(), from: value, to: value })),
    }),
  ),
})
export type History = z.infer<typeof historyAnswer>

/** HTTP status of the gateway's own errors. */
export const GATEWAY_STATUS = {
  invalid_request: 400,
  signed_out: 401,
  no_access: 403,
  not_found: 404,
  batch_too_large: 413,
  update_needed: 426,
  too_many_requests: 429,
  internal: 500,
  server_busy: 503,
} as const
export type GatewayErrorCode = keyof typeof GATEWAY_STATUS

export const gatewayError = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
