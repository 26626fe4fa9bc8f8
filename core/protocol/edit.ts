import { z } from 'zod'
import { ENTITY_NAMES } from '../model/entities.ts'

export const value = z.union([z.string(), z.number(), z.null()])
export const values = z.record(z.string(), value)

/** JSON Patch (RFC 6902) on one record: `test` carries the value that the user started from, `replace` the new one. */
export const patchOp = z.strictObject({
  op: z.enum(['test', 'replace']),
  path: z.string().regex(/^\/[a-z_]+$/),
  value,
})
export type PatchOp = z.infer<typeof patchOp>

const head = {
  id: z.uuid(),
  entity: z.enum(ENTITY_NAMES),
  record_id: z.uuid(),
  group_id: z.uuid().optional(),
}

/** One edit of one record, as it is queued and sent. Values are in row form (see `FieldKind`). */
export const edit = z.discriminatedUnion('op', [
  z.strictObject({ ...head, op: z.literal('create'), values }),
  z.strictObject({ ...head, op: z.literal('patch'), patch: z.array(patchOp).min(1).max(200) }),
  /** `seen_version`: the version that the user saw; a newer one is a conflict. */
  z.strictObject({ ...head, op: z.literal('delete'), seen_version: z.number().int().min(0) }),
  /** Reverses the delete whose mutation id is `deleted_by`: the record and the children that went with it. */
  z.strictObject({ ...head, op: z.literal('restore'), deleted_by: z.uuid() }),
])
export type Edit = z.infer<typeof edit>

/** What a form hands in: the sync process adds ids, bases and dependencies. */
export const editInput = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('create'), entity: z.enum(ENTITY_NAMES), record_id: z.uuid(), values }),
  /** `base`: for each changed field, the value that the form started from. */
  z.strictObject({
    op: z.literal('patch'),
    entity: z.enum(ENTITY_NAMES),
    record_id: z.uuid(),
    values,
    base: values,
  }),
  z.strictObject({ op: z.literal('delete'), entity: z.enum(ENTITY_NAMES), record_id: z.uuid() }),
])
export type EditInput = z.infer<typeof editInput>
