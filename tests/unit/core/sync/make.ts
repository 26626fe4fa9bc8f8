import type { EntityName } from '../../../../core/model/entities.ts'
import type { Row, Value } from '../../../../core/model/field.ts'
import type { OpenState } from '../../../../core/sync/edit-state.ts'
import type { EditAnswer, OpenEdit } from '../../../../core/sync/open-edit.ts'
import { patchOf } from '../../../../core/sync/submit.ts'

/** The n-th id, as a UUID. */
export const id = (n: number): string => `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

interface Shape {
  readonly seq: number
  readonly record?: number
  readonly entity?: EntityName
  readonly state?: OpenState
  readonly after?: readonly number[]
  readonly pos?: number
  readonly attempts?: number
  readonly nextAttemptAt?: number | null
  readonly base?: Row | null
  readonly answer?: EditAnswer | null
}

const open = (
  shape: Shape,
  edit: (head: { id: string; entity: EntityName; record_id: string }) => OpenEdit['edit'],
): OpenEdit => ({
  seq: shape.seq,
  pos: shape.pos ?? shape.seq,
  edit: edit({ id: id(shape.seq), entity: shape.entity ?? 'accounts', record_id: id(1000 + (shape.record ?? 1)) }),
  after: (shape.after ?? []).map(id),
  state: shape.state ?? 'queued',
  madeAt: 1000 + shape.seq,
  attempts: shape.attempts ?? 0,
  nextAttemptAt: shape.nextAttemptAt ?? null,
  base: shape.base ?? null,
  answer: shape.answer ?? null,
})

type Values = Readonly<Record<string, Value>>

export const patch = (shape: Shape, values: Values, from: Values = {}): OpenEdit =>
  open(shape, (head) => ({ ...head, op: 'patch', patch: [...patchOf(values, from)] }))
export const create = (shape: Shape, values: Values = { company: 'New' }): OpenEdit =>
  open(shape, (head) => ({ ...head, op: 'create', values }))
export const remove = (shape: Shape, seen = 1): OpenEdit =>
  open(shape, (head) => ({ ...head, op: 'delete', seen_version: seen }))
export const restore = (shape: Shape, by = 1): OpenEdit =>
  open(shape, (head) => ({ ...head, op: 'restore', deleted_by: id(by) }))

export const accepted = (version: number, inShard = true): EditAnswer => ({
  status: 'accepted',
  txid: 1,
  version,
  inShard,
  at: 5000,
})
export const refused = (
  conflicts: { field: string; base: Value; mine: Value; theirs: Value }[] = [],
  version: number | null = null,
): EditAnswer => ({
  status: 'refused',
  code: 'conflict',
  message: 'no',
  field: null,
  conflicts,
  version,
  at: 5000,
})

export const row = (record: number, version: number, values: Values = {}): Row => ({
  ...values,
  id: id(1000 + record),
  version,
})
