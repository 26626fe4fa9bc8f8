import { ENTITIES, type EntityName, fieldOf } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import type { Edit } from '../../../core/protocol/edit.ts'
import { type FieldConflict, REFUSAL_CODES } from '../../../core/protocol/gateway.ts'
import { prepared } from '../../../server/gateway/mutations.ts'
import type { AuditEntry } from './audit.ts'
import type { Decided, Ledger } from './ledger.ts'
import { type Draft, isChild, isWhole, type Member, type ServerRow, sees } from './tables.ts'

type Code = (typeof REFUSAL_CODES)[number]
type Values = Readonly<Record<string, Value>>

class Refusal extends Error {
  readonly code: Code
  readonly version: number | null
  readonly conflicts: readonly FieldConflict[]

  constructor(code: Code, version: number | null = null, conflicts: readonly FieldConflict[] = []) {
    super(`refused: ${code}`)
    this.code = code
    this.version = version
    this.conflicts = conflicts
  }
}

export interface ApplyContext {
  readonly draft: Draft
  readonly ledger: Ledger
  readonly member: Member
  readonly clientId: string
  readonly txid: number
  readonly now: number
  /** Committed audit entries and those of this transaction. */
  readonly audit: readonly AuditEntry[]
  /** Told of each edit that was really carried out or refused, not recalled. */
  readonly decided: (edit: Edit, answer: Decided) => void
}

/** One edit as `apply_mutations` decides it (db/postgres/migrations). */
export const applyEdit = (context: ApplyContext, edit: Edit): Decided => {
  const { ledger, member, txid, draft } = context
  const known = ledger.recall(edit, member.userId)
  if (known) return known
  const rollback = draft.savepoint()
  let answer: Decided
  try {
    const { version, inShard } = carryOut(context, edit)
    answer = { id: edit.id, status: 'accepted', txid, version, in_shard: inShard, duplicate: false }
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    rollback()
    const { code, version, conflicts } = thrown
    answer = {
      id: edit.id,
      status: 'refused',
      code,
      message: thrown.message,
      conflicts: [...conflicts],
      version,
      duplicate: false,
    }
  }
  ledger.record(edit, member.userId, answer)
  context.decided(edit, answer)
  return answer
}

const codeOf = (text: unknown): Code => REFUSAL_CODES.find((code) => code === text) ?? 'invalid_input'

const carryOut = (context: ApplyContext, edit: Edit): { version: number; inShard: boolean } => {
  const { draft, member, now } = context
  const { entity, record_id: id } = edit
  const { refuse } = prepared(edit)
  if (typeof refuse === 'object' && refuse !== null && 'code' in refuse) throw new Refusal(codeOf(refuse.code))
  if (!ENTITIES[entity].writable) throw new Refusal('forbidden')
  if (edit.op === 'create') return create(context, entity, id, edit.values)
  const old = draft.get(entity, id)
  if (!old || !sees(member, entity, old)) throw unseen(old)
  const version = Number(old.values['version'])
  switch (edit.op) {
    case 'patch':
      return patch(context, edit, old, version)
    case 'delete': {
      if (old.deletedAt !== null) return { version, inShard: false }
      if (version > edit.seen_version && changedByOthers(context, id, edit.seen_version))
        throw new Refusal('conflict', version)
      const deleted = { deletedAt: now, deletedBy: edit.id }
      const after = draft.update(entity, id, deleted)
      if (entity === 'accounts')
        for (const child of draft.childrenOf(id))
          if (child.row.deletedAt === null) draft.update(child.entity, child.id, deleted)
      return { version: Number(after.values['version']), inShard: false }
    }
    case 'restore': {
      if (old.deletedAt === null) return { version, inShard: true }
      if (old.deletedBy !== edit.deleted_by) throw new Refusal('removed_elsewhere', version)
      if (isChild(entity)) checkAccount(context, old.values['account_id'] ?? null)
      const after = draft.update(entity, id, { deletedAt: null, deletedBy: null })
      if (entity === 'accounts')
        for (const child of draft.childrenOf(id))
          if (child.row.deletedBy === edit.deleted_by)
            draft.update(child.entity, child.id, { deletedAt: null, deletedBy: null })
      return { version: Number(after.values['version']), inShard: true }
    }
  }
}

const create = (
  context: ApplyContext,
  entity: EntityName,
  id: string,
  values: Values,
): { version: number; inShard: boolean } => {
  const { draft, member } = context
  if (isChild(entity)) checkAccount(context, values['account_id'] ?? null)
  if (entity === 'saved_views' && values['owner'] !== member.id) throw new Refusal('forbidden')
  checkMembers(context, entity, values)
  if (draft.get(entity, id)) throw new Refusal('id_taken')
  const owner = isChild(entity) ? draft.get('accounts', String(values['account_id']))?.values['assigned_to'] : null
  const shared = entity === 'saved_views' ? { shared: values['shared'] ?? 0 } : {}
  const row = draft.insert(entity, id, {
    ...values,
    ...shared,
    ...(isChild(entity) ? { account_assigned_to: owner ?? null } : {}),
  })
  return { version: 1, inShard: stays(member, entity, row.values) }
}

const patch = (
  context: ApplyContext,
  edit: Extract<Edit, { op: 'patch' }>,
  old: ServerRow,
  version: number,
): { version: number; inShard: boolean } => {
  const { draft, member } = context
  const { entity, record_id: id } = edit
  if (old.deletedAt !== null) throw new Refusal('removed_elsewhere', version)
  const of = (kind: 'test' | 'replace'): Values =>
    Object.fromEntries(edit.patch.filter(({ op }) => op === kind).map(({ path, value }) => [path.slice(1), value]))
  const [tests, wants] = [of('test'), of('replace')]
  const conflicts = Object.entries(tests).flatMap(([field, base]): FieldConflict[] => {
    const theirs = old.values[field] ?? null
    const mine = field in wants ? (wants[field] ?? null) : theirs
    return theirs === base || (field in wants && theirs === mine) ? [] : [{ field, base, mine, theirs }]
  })
  if (conflicts.length > 0) throw new Refusal('conflict', version, conflicts)
  checkMembers(context, entity, wants)
  const next = { ...old.values, ...wants }
  const inShard = stays(member, entity, next)
  const after = draft.update(entity, id, { values: next })
  if (entity === 'accounts' && next['assigned_to'] !== old.values['assigned_to'])
    for (const child of draft.childrenOf(id))
      draft.update(child.entity, child.id, {
        values: { ...child.row.values, account_assigned_to: next['assigned_to'] ?? null },
      })
  return { version: Number(after.values['version']), inShard }
}

const stays = (member: Member, entity: EntityName, values: Values): boolean => {
  if (entity === 'accounts') return isWhole(member) || values['assigned_to'] === member.id
  return entity !== 'saved_views' || values['shared'] === 1 || values['owner'] === member.id
}

const unseen = (row: ServerRow | null): Refusal =>
  new Refusal(!row ? 'not_found' : row.deletedAt !== null ? 'removed_elsewhere' : 'forbidden')

const checkAccount = ({ draft, member }: ApplyContext, id: Value): void => {
  const account = draft.get('accounts', String(id))
  if (!account || !sees(member, 'accounts', account)) throw unseen(account)
  if (account.deletedAt !== null) throw new Refusal('removed_elsewhere')
}

/** The foreign keys on members. */
const checkMembers = ({ draft }: ApplyContext, entity: EntityName, values: Values): void => {
  for (const [column, value] of Object.entries(values)) {
    const target = fieldOf(entity, column)?.ref
    if (target === 'workspace_members' && value !== null && !draft.get(target, String(value)))
      throw new Refusal('invalid_input')
  }
}

const changedByOthers = ({ audit, clientId }: ApplyContext, id: string, seen: number): boolean =>
  audit.some((entry) => entry.recordId === id && entry.version > seen && entry.clientId !== clientId)
