import { z } from 'zod'
import { ENTITY_NAMES } from '../model/entities.ts'

/** Entities that have lists. */
export const LIST_ENTITIES = ['accounts', 'contacts', 'tasks'] as const
export type ListEntity = (typeof LIST_ENTITIES)[number]

const scalar = z.union([z.string(), z.number(), z.null()])

export const OPS = ['eq', 'ne', 'in', 'lt', 'le', 'gt', 'ge', 'between', 'contains', 'isnull'] as const
export type Op = (typeof OPS)[number]

/**
 * One test on a column. `in` takes an array, `between` `[low, high]` (both ends included), `isnull` true or false.
 * `eq null` and `in [null]` match null; every other op is false on null, and `ne x` is true on null.
 * A field may be `account.<column>` on a child entity: the parent's column. Day fields also take `today`, `today+7` and
 * `today-30` (days), resolved against the user's calendar day when the query runs.
 */
export const condition = z.strictObject({
  field: z.string().min(1).max(80),
  op: z.enum(OPS),
  value: z.union([scalar, z.boolean(), z.array(scalar)]),
})
export type Condition = z.infer<typeof condition>

/** AND of conditions; an `or` group holds alternatives. */
export const whereItem = z.union([condition, z.strictObject({ or: z.array(condition).min(1).max(50) })])
export type WhereItem = z.infer<typeof whereItem>

export const sortKeySchema = z.strictObject({ field: z.string().min(1).max(80), dir: z.enum(['asc', 'desc']) })
export type SortKey = z.infer<typeof sortKeySchema>

/**
 * What a list shows. Sorting: code-point order of `sortKey(text)`, then text, then id ascending; nulls last in both
 * directions. Search: every word must occur (substring, case and accents folded) in one of the searchable fields.
 */
export const listSpec = z.strictObject({
  entity: z.enum(LIST_ENTITIES),
  where: z.array(whereItem).max(50).default([]),
  search: z.string().max(200).default(''),
  sort: z.array(sortKeySchema).max(4).default([]),
  /** Fields to count by; each leaves its own filter out. */
  facets: z.array(z.string()).max(12).default([]),
})
export type ListSpec = z.infer<typeof listSpec>

/** `cli query`: a list and the window of it to answer. */
export const querySpec = listSpec.extend({
  start: z.number().int().min(0).default(0),
  count: z.number().int().min(0).max(10_000).default(60),
})
export type QuerySpec = z.infer<typeof querySpec>

/** Facet counts: field → value → count; null is counted under ''. */
export type Facets = Readonly<Record<string, Readonly<Record<string, number>>>>

export const entityName = z.enum(ENTITY_NAMES)
