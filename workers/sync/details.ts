import { OutpostError } from '../../core/errors.ts'
import { CHILD_ENTITIES, type EntityName } from '../../core/model/entities.ts'
import type { Row, Value } from '../../core/model/field.ts'
import type { ShownRecord } from '../../core/protocol/outbox.ts'
import type { AccountDetail, Member, RecordChanges } from '../../core/protocol/window-api.ts'
import type { Outbox } from './outbox.ts'
import type { RecordRef, ServerRows } from './outbox-memory.ts'
import type { ReaderCalls } from './reader-calls.ts'

/** Long reads of the replica, answered by the reader thread or, in a command beside the owner, in place. */
export interface Reads {
  detail(account: string): Promise<ReaderCalls['detail']['answer']>
  all(entity: EntityName): Promise<readonly Row[]>
}

/**
 * So many changed records are told by id. A commit of colleagues' changes may hold thousands, and each that is named costs
 * the window's own thread several copies: between processes, and between its worlds for each listener.
 */
const MOST_LISTED = 100

/** Records as readers see them: replica-minus-shown ∪ shown, children of hidden accounts left out. */
export class ShownReads {
  readonly #outbox: Outbox
  readonly #rows: ServerRows
  readonly #reads: Reads

  constructor(outbox: Outbox, rows: ServerRows, reads: Reads) {
    this.#outbox = outbox
    this.#rows = rows
    this.#reads = reads
  }

  /** @throws OutpostError `not_found` */
  record(entity: EntityName, id: string): ShownRecord {
    const overlay = this.#outbox.memory.shown(entity, id)
    const { row, mark } = overlay ?? { row: this.#rows.row(entity, id), mark: null }
    if (!row || this.#hidden(row)) throw new OutpostError('not_found')
    return { entity, row: { ...row }, mark }
  }

  /** The account that a record hangs on, as readers see it; null where it hangs on none or is not here. */
  accountOf(entity: EntityName, id: string): string | null {
    if (!(CHILD_ENTITIES as readonly string[]).includes(entity)) return null
    const row = this.#outbox.memory.shown(entity, id)?.row ?? this.#rows.row(entity, id)
    const account = row?.['account_id']
    return typeof account === 'string' ? account : null
  }

  /** Changed records, with the accounts that they hang on: a change of a child changes its account's detail view. */
  changes(refs: readonly RecordRef[]): RecordChanges[] {
    if (refs.length > MOST_LISTED) {
      const entities = new Set(refs.map(({ entity }) => entity))
      if (CHILD_ENTITIES.some((child) => entities.has(child))) entities.add('accounts')
      return [...entities].map((entity) => ({ entity, ids: null }))
    }
    const changed = new Map<EntityName, Set<string>>()
    const add = (entity: EntityName, id: string): void => {
      changed.set(entity, (changed.get(entity) ?? new Set()).add(id))
    }
    for (const { entity, id } of refs) add(entity, id)
    for (const { entity, id } of refs) {
      const account = this.accountOf(entity, id)
      if (account !== null) add('accounts', account)
    }
    return [...changed].map(([entity, ids]) => ({ entity, ids: [...ids] }))
  }

  /** @throws OutpostError `not_found` */
  async account(id: string): Promise<AccountDetail> {
    const account = this.record('accounts', id)
    const server = await this.#reads.detail(id)
    const lists = Object.fromEntries(
      CHILD_ENTITIES.map((entity) => [entity, this.#merged(entity, server[entity], (row) => row['account_id'] === id)]),
    )
    return {
      account,
      contacts: (lists['contacts'] ?? []).sort(newestFirst('created_at')),
      tasks: (lists['tasks'] ?? []).sort(byDueDate),
      meetings: (lists['meetings'] ?? []).sort(newestFirst('starts_at')),
      notes: (lists['notes'] ?? []).sort(newestFirst('created_at')),
    }
  }

  /** Every shown record of a small entity. */
  async list(entity: EntityName): Promise<ShownRecord[]> {
    return this.#merged(entity, await this.#reads.all(entity), () => true)
  }

  async members(): Promise<Member[]> {
    const rows = await this.#reads.all('workspace_members')
    const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '')
    return rows
      .map((row) => ({
        id: row.id,
        name: text(row['display_name']),
        email: text(row['email']),
        role: text(row['role']),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  }

  #merged(entity: EntityName, server: readonly Row[], belongs: (row: Row) => boolean): ShownRecord[] {
    const found: ShownRecord[] = []
    for (const row of server)
      if (!this.#outbox.memory.shown(entity, row.id) && !this.#hidden(row))
        found.push({ entity, row: { ...row }, mark: null })
    for (const overlay of this.#outbox.memory.overlays(entity))
      if (overlay.row && belongs(overlay.row) && !this.#hidden(overlay.row))
        found.push({ entity, row: { ...overlay.row }, mark: overlay.mark })
    return found
  }

  #hidden(row: Row): boolean {
    const account = row['account_id']
    return typeof account === 'string' && this.#outbox.memory.hiddenAccounts.has(account)
  }
}

const newestFirst =
  (column: string) =>
  (a: ShownRecord, b: ShownRecord): number =>
    Number(b.row[column] ?? 0) - Number(a.row[column] ?? 0) || compareIds(a, b)

/** Due soonest first, without a date last. */
const byDueDate = (a: ShownRecord, b: ShownRecord): number => {
  const [x, y] = [a, b].map(({ row }) => (typeof row['due_date'] === 'string' ? row['due_date'] : '9999-99-99'))
  return x === y || x === undefined || y === undefined ? compareIds(a, b) : x < y ? -1 : 1
}

const compareIds = (a: ShownRecord, b: ShownRecord): number => (String(a.row['id']) < String(b.row['id']) ? 1 : -1)
