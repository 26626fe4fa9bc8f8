import { ENTITIES } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import type { OutboxEntry } from '../../core/protocol/outbox.ts'
import { planUpload } from '../../core/sync/lanes.ts'
import { byPlace } from '../../core/sync/open-edit.ts'
import { writtenBy } from '../../core/sync/undo.ts'
import type { StoredEdit } from '../../db/sqlite/outbox-store.ts'
import type { Outbox } from './outbox.ts'

const TITLE_LENGTH = 80

/** Every open edit as people see it, in lane order, with what each refused one holds back; none while they are sealed. */
export const listOutbox = (outbox: Outbox, now: number): OutboxEntry[] => {
  if (outbox.memory.sealed) return []
  const { held } = planUpload(outbox.memory.all(), now)
  const blocks = new Map<string, string[]>()
  for (const [id, holder] of held) blocks.set(holder, [...(blocks.get(holder) ?? []), id])
  return [...outbox.memory.all()].sort(byPlace).map((open) => ({
    seq: open.seq,
    edit: open.edit,
    state: open.state,
    madeAt: open.madeAt,
    attempts: open.attempts,
    nextAttemptAt: open.nextAttemptAt,
    refusal:
      open.answer?.status === 'refused'
        ? {
            code: open.answer.code,
            message: open.answer.message,
            field: open.answer.field,
            conflicts: [...open.answer.conflicts],
          }
        : null,
    title: titleOf(outbox, open),
    blocks: blocks.get(open.edit.id) ?? [],
  }))
}

/** What the record is called: the first required text of its entity (company, name, title, subject, text, file). */
export const titleOf = (outbox: Outbox, open: Pick<StoredEdit, 'edit' | 'base'>): string => {
  const { entity, record_id } = open.edit
  const fields = Object.entries(ENTITIES[entity].fields)
  const column = fields.find(
    ([, field]) => !field.nullable && (field.kind === 'text' || field.kind === 'longText'),
  )?.[0]
  if (column === undefined) return ENTITIES[entity].label
  const known: readonly (Value | undefined)[] = [
    outbox.memory.shown(entity, record_id)?.row?.[column],
    open.base?.[column],
    writtenBy(open.edit)[column],
    outbox.serverRow(open)?.[column],
  ]
  const title = known.find((value) => typeof value === 'string' && value !== '')
  return typeof title === 'string' ? title.slice(0, TITLE_LENGTH) : ENTITIES[entity].label
}
