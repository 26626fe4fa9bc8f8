import { CHILD_ENTITIES, columnsOf, ENTITIES, type EntityName } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'

export interface Member {
  readonly id: string
  readonly userId: string
  readonly role: 'admin' | 'manager' | 'rep'
  readonly name: string
}

/** A record as the server holds it; never changed in place. */
export interface ServerRow {
  /** Every column that clients hold, in row form. */
  readonly values: Readonly<Record<string, Value>>
  readonly deletedAt: number | null
  readonly deletedBy: string | null
}

/** What a transaction did to one record. */
export interface RowChange {
  readonly entity: EntityName
  readonly id: string
  readonly before: ServerRow | null
  readonly after: ServerRow
}

export const isWhole = (member: Member): boolean => member.role !== 'rep'

export const isChild = (entity: EntityName): boolean => (CHILD_ENTITIES as readonly string[]).includes(entity)

/** May the member see the record, alive or deleted (row-level security)? */
export const sees = (member: Member, entity: EntityName, { values }: ServerRow): boolean => {
  if (entity === 'saved_views') return values['shared'] === 1 || values['owner'] === member.id
  if (isWhole(member)) return true
  const { shardColumn } = ENTITIES[entity]
  if (shardColumn) return values[shardColumn] === member.id
  return entity !== 'import_jobs' || values['created_by'] === member.id
}

/** Does the member's shape hold the record? */
export const inShape = (member: Member, entity: EntityName, row: ServerRow | null): boolean =>
  row !== null && row.deletedAt === null && sees(member, entity, row)

/** The tables of one workspace. */
export class Tables {
  readonly #rows = new Map<EntityName, Map<string, ServerRow>>()

  rows(entity: EntityName): Map<string, ServerRow> {
    const known = this.#rows.get(entity)
    if (known) return known
    const made = new Map<string, ServerRow>()
    this.#rows.set(entity, made)
    return made
  }

  get(entity: EntityName, id: string): ServerRow | null {
    return this.#rows.get(entity)?.get(id) ?? null
  }
}

/** Changes over the tables that are not committed yet. */
export class Draft {
  readonly #tables: Tables
  readonly #now: number
  #changes: RowChange[] = []

  constructor(tables: Tables, now: number) {
    this.#tables = tables
    this.#now = now
  }

  get changes(): readonly RowChange[] {
    return this.#changes
  }

  get(entity: EntityName, id: string): ServerRow | null {
    const changed = this.#changes.findLast((change) => change.entity === entity && change.id === id)
    return changed ? changed.after : this.#tables.get(entity, id)
  }

  insert(entity: EntityName, id: string, written: Readonly<Record<string, Value>>): ServerRow {
    const values: Record<string, Value> = {}
    for (const column of columnsOf(entity)) values[column] = written[column] ?? null
    const after = {
      values: { ...values, id, version: 1, created_at: this.#now, updated_at: this.#now },
      deletedAt: null,
      deletedBy: null,
    }
    this.#changes.push({ entity, id, before: null, after })
    return after
  }

  /** As the stamp trigger does: every update raises the version. */
  update(entity: EntityName, id: string, next: Partial<ServerRow>): ServerRow {
    const before = this.get(entity, id)
    if (!before) throw new Error(`no ${entity} ${id}`)
    const after = {
      ...before,
      ...next,
      values: {
        ...before.values,
        ...next.values,
        version: Number(before.values['version']) + 1,
        updated_at: this.#now,
      },
    }
    this.#changes.push({ entity, id, before, after })
    return after
  }

  childrenOf(accountId: string): { entity: EntityName; id: string; row: ServerRow }[] {
    return CHILD_ENTITIES.flatMap((entity) => {
      const ids = new Set(this.#tables.rows(entity).keys())
      for (const change of this.#changes) if (change.entity === entity) ids.add(change.id)
      return [...ids].flatMap((id) => {
        const row = this.get(entity, id)
        return row?.values['account_id'] === accountId ? [{ entity, id, row }] : []
      })
    })
  }

  /** A point to come back to, as a subtransaction has. */
  savepoint(): () => void {
    const kept = [...this.#changes]
    return () => {
      this.#changes = kept
    }
  }

  commit(): readonly RowChange[] {
    for (const { entity, id, after } of this.#changes) this.#tables.rows(entity).set(id, after)
    return this.#changes
  }
}
